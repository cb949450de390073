import type { GatewayErrorCode } from './errors.ts';

/** Why the gateway cannot start as it is configured. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;

  constructor(code: GatewayErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** For a `main.ts`: a person sees what to mend, not a stack trace, and the process ends with 1. */
export function orExit<T>(configure: () => T): T {
  try {
    return configure();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exit(1);
  }
}
