/** Where in a request something is wrong: a JSON pointer into its body, query or path parameters, and what was expected there. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

export interface RefusalOptions {
  readonly code: string;
  /** Of HTTP, 400 to 599. */
  readonly status: number;
  /** What the code means, always the same. */
  readonly title: string;
  /** This one case, in a sentence; the title when absent. Never data, never a secret. */
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  /** After how many seconds the same may work. */
  readonly retryAfterSeconds?: number;
  /** For the log alone. */
  readonly cause?: unknown;
}

/** What an operator is told instead of an answer: it becomes `application/problem+json` (RFC 9457). */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly errors: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;

  constructor({ code, status, title, detail = title, errors = [], retryAfterSeconds, cause }: RefusalOptions) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
