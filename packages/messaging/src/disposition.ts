/**
 * What a failure means for the record that met it.
 * - `retry`: the record is fine, try again (not before `afterMs`, where the other side said so);
 * - `dead-letter`: this record will never work as things are;
 * - `halt`: no record will (a wrong password): the pipeline stops, loudly, and nothing is dead-lettered.
 */
export type Disposition =
  | { readonly kind: 'retry'; readonly afterMs?: number }
  | { readonly kind: 'dead-letter' }
  | { readonly kind: 'halt' };

/**
 * Whom a refusal concerns, as far as one answer tells.
 * - `record`: this record; an outage all the same, once many keys are refused equally and nothing succeeds between;
 * - `key`: every record of its key, for as long as its `retry` says: they wait, everybody else goes on;
 * - `everyone`: whatever is sent (credentials, an account's limit, an address that moved).
 */
export type Scope = 'record' | 'key' | 'everyone';

/** The other side was reached, understood us, and said no. */
export interface Refusal {
  readonly scope: Scope;
  /**
   * What it said, in a word that is the same for each record it is said to (`404`, `channel_not_found`, `23502`): refusals
   * with one code and one answer are equal. Never data, never an id.
   */
  readonly answer: string;
}

/** Which part of a stage failed; goes into the dead letter's `dlq.step`. */
export type Step = 'decode' | 'validate' | 'handle' | 'effect' | 'produce';

export interface CodedErrorOptions {
  readonly disposition: Disposition;
  readonly cause?: unknown;
  readonly step?: Step;
  /**
   * The dependency itself was not reached (refused, timed out while connecting): says nothing about the record, so its
   * attempt is not counted and the breaker opens soon. Never of what the record itself can have caused, as an answer that
   * breaks off or does not come: with nothing else to try, it would be tried for ever and hold up its key. With `halt`: it
   * shuts us out until somebody changes that, and whoever has to have it goes on waiting, loudly.
   */
  readonly unavailable?: boolean;
  /** Stated by the adapter that got the answer; absent for a failure that is no answer, and for a verdict of our own. */
  readonly refusal?: Refusal | undefined;
}

/** The one error shape that crosses a port. The message says what was expected, what came and what fixes it; never data, never a secret. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  /** `X_<AREA>_<WHAT>`, declared in the package's catalogue. */
  readonly code: string;
  readonly disposition: Disposition;
  readonly step: Step;
  readonly unavailable: boolean;
  readonly refusal: Refusal | null;

  constructor(code: string, message: string, options: CodedErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.disposition = options.disposition;
    this.step = options.step ?? 'handle';
    this.unavailable = options.unavailable ?? false;
    this.refusal = options.refusal ?? null;
  }
}

export const retry = (afterMs?: number): Disposition =>
  afterMs === undefined ? { kind: 'retry' } : { kind: 'retry', afterMs };
export const deadLetter: Disposition = { kind: 'dead-letter' };
export const halt: Disposition = { kind: 'halt' };

/** True across realms and copies of this module, which `instanceof` is not. */
export function isCodedError(error: unknown): error is CodedError {
  return Error.isError(error) && error.name === 'CodedError' && 'disposition' in error && 'code' in error;
}
