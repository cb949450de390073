/** Every code this package throws, with what it means and what fixes it. */
export const serviceErrors = {
  X_SETTINGS_INVALID:
    'One or more settings are missing or malformed; the message lists each with its environment variable',
  X_SERVICE_ADDRESS: 'The address a service should listen on is taken or not ours; choose another port or host',
  X_SERVICE_PATH_UNKNOWN:
    'There is nothing at this address of a health listener; it has /healthz, /readyz and /metrics',
  X_SERVICE_INTERNAL:
    'A health listener could not make its answer, most likely because a metric cannot be read; ask again',
  X_SERVICE_README_MARKERS:
    'A README has no `<!-- settings:begin -->` … `<!-- settings:end -->` pair for its generated table',
} as const;

export type ServiceErrorCode = keyof typeof serviceErrors;

/** A failure of a service's own foundations. Leaves know nothing of dispositions: nobody retries these. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
