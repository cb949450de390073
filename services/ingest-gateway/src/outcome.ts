/**
 * How a request ended, exactly one per request. What becomes of the event later (`filtered`, `delivered`) belongs to the
 * event and not to the request. Reasons are codes, so the set is bounded.
 */
export type Outcome =
  | { readonly kind: 'accepted' | 'duplicate' | 'test' }
  | { readonly kind: 'handshake'; readonly reason: string }
  | { readonly kind: 'rejected' | 'shed'; readonly reason: string };

/** What a handler gives back: how the request ended and what its sender is told. */
export interface Answer {
  readonly outcome: Outcome;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: 'json'; readonly value: Readonly<Record<string, unknown>> }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'empty' };
}

export interface RefusalOptions {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** `shed` where it is our fault or our limit, `rejected` where the request itself is wrong. */
  readonly kind?: 'rejected' | 'shed';
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
  readonly cause?: unknown;
}

/** A request that is not taken. Its text goes to the sender: never data, never a secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly kind: 'rejected' | 'shed';
  readonly retryAfterMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[] | undefined;

  constructor(options: RefusalOptions) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
    this.kind = options.kind ?? 'rejected';
    this.retryAfterMs = options.retryAfterMs;
    this.headers = options.headers ?? {};
    this.errors = options.errors;
  }
}

/** A fault or a limit of ours: never the sender's mistake, always worth another try. */
export function shed(
  code: string,
  detail: string,
  options: { readonly status?: 429 | 503; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
): Refusal {
  const { status = 503, retryAfterMs = 1000, cause } = options;
  return new Refusal({ status, code, detail, kind: 'shed', retryAfterMs, cause });
}
