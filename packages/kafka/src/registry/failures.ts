import { CodedError, deadLetter, halt, retry } from '@millrace/messaging';

/** What a failed request to the registry means. */
export type RegistryFailure = 'unavailable' | 'missing' | 'refused' | 'incompatible' | 'unexpected';

// The client reports a connection that failed as status 400, so the words are all there is to tell it by.
const connectionLost =
  /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|socket hang up|timed? ?out|fetch failed|network/i;

/** Total: any thrown value has a meaning. */
export function classifyRegistryFailure(error: unknown): RegistryFailure {
  if (typeof error !== 'object' || error === null) return 'unexpected';
  const { status, name, message, cause, code } = error as Record<string, unknown>;
  if (name === 'ConfluentSchemaRegistryError') return 'missing';
  if (name === 'TimeoutError' || name === 'AbortError') return 'unavailable';
  const text = `${String(message)} ${String(code)}`;
  if (typeof status !== 'number') {
    if (connectionLost.test(text)) return 'unavailable';
    return cause === undefined || cause === error ? 'unexpected' : classifyRegistryFailure(cause);
  }
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'refused';
  if (status === 409 || status === 422) return 'incompatible';
  if (status === 408 || status === 429 || status >= 500) return 'unavailable';
  return status === 400 && connectionLost.test(text) ? 'unavailable' : 'unexpected';
}

export function registryUnavailable(doing: string, cause: unknown): CodedError {
  return new CodedError('X_REGISTRY_UNAVAILABLE', `${doing}: the schema registry does not answer`, {
    disposition: retry(),
    unavailable: true,
    step: 'decode',
    cause,
  });
}

export function registryRefused(doing: string, cause: unknown): CodedError {
  const said = Error.isError(cause) ? cause.message : String(cause);
  return new CodedError('X_REGISTRY_REFUSED', `${doing}: the schema registry refuses this client (${said})`, {
    disposition: halt,
    step: 'decode',
    cause,
  });
}

export function subjectsMissing(subjects: readonly string[]): CodedError {
  return new CodedError(
    'X_REGISTRY_SUBJECT_MISSING',
    `not registered in this version: ${subjects.join(', ')}; run \`millrace schemas register\``,
    { disposition: halt, step: 'validate' },
  );
}

/** The registry answered that it does not know the id: one record's fault, or everybody's when it lost what it knew. */
export function unknownSchema(topic: string, id: number): CodedError {
  return new CodedError('X_SERDE_UNKNOWN_ID', `${topic}: the registry has no schema ${id}`, {
    disposition: deadLetter,
    step: 'decode',
    refusal: { scope: 'record', answer: '404' },
  });
}

export function undecodable(code: string, message: string, cause?: unknown): CodedError {
  return new CodedError(code, message, {
    disposition: deadLetter,
    step: 'decode',
    ...(cause === undefined ? {} : { cause }),
  });
}
