import type { Request, RequestHandler, Response } from 'express';

/** What a person may make a vendor do. Everything is off in a healthy simulator but the documented limits. */
export interface FaultState {
  /** Answers this status with the vendor's own error body. */
  readonly fail: { readonly status: number; readonly left: number } | null;
  /** Answers this much later. */
  readonly slowMs: number;
  /** Answers 429 with this Retry-After. */
  readonly rateLimit: { readonly retryAfterSeconds: number; readonly left: number } | null;
  /** Answers with other field names than documented. */
  readonly schemaChange: boolean;
  /** Acts on the request and breaks the connection instead of answering. */
  readonly loseAnswer: { readonly left: number } | null;
  /** The vendor's documented limits. */
  readonly limits: boolean;
}

/** How the vendor says it. */
export interface FaultVoice {
  readonly failureBody: (status: number) => object;
  readonly tooMany: (response: Response, retryAfterSeconds: number) => void;
}

export interface Faults {
  state(): FaultState;
  change(change: Partial<FaultState>): void;
  /** Back to health; the documented limits stay as they are. */
  heal(): void;
  /** Stands before the vendor's own routes. */
  readonly middleware: RequestHandler;
}

const healthy = { fail: null, slowMs: 0, rateLimit: null, schemaChange: false, loseAnswer: null } as const;

export function createFaults(voice: FaultVoice, limits: boolean): Faults {
  let state: FaultState = { ...healthy, limits };
  const spend = <T extends { readonly left: number }>(fault: T): T | null =>
    fault.left <= 1 ? null : { ...fault, left: fault.left - 1 };

  const middleware = (_request: Request, response: Response, next: () => void): void => {
    const answer = response.json.bind(response);
    const { slowMs, schemaChange } = state;
    if (slowMs > 0) {
      // Acts at once and answers late, as a vendor does whose answer is the slow part. Unreferenced: a simulator that is
      // told to stop does not wait for an answer that nobody wants any more.
      response.json = (body: unknown) => {
        setTimeout(() => answer(body), slowMs).unref();
        return response;
      };
    }
    if (state.fail !== null) {
      const { status } = state.fail;
      state = { ...state, fail: spend(state.fail) };
      response.status(status).json(voice.failureBody(status));
      return;
    }
    if (state.rateLimit !== null) {
      const { retryAfterSeconds } = state.rateLimit;
      state = { ...state, rateLimit: spend(state.rateLimit) };
      voice.tooMany(response, retryAfterSeconds);
      return;
    }
    if (state.loseAnswer !== null) {
      state = { ...state, loseAnswer: spend(state.loseAnswer) };
      response.json = () => response.destroy();
    } else if (schemaChange) {
      const unchanged = response.json.bind(response);
      response.json = (body: unknown) => unchanged(renamed(body));
    }
    next();
  };

  return {
    state: () => state,
    change: (change) => {
      state = { ...state, ...change };
    },
    heal: () => {
      state = { ...healthy, limits: state.limits };
    },
    middleware,
  };
}

/** The same answer under other names, as after a careless new version of an API. */
function renamed(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(renamed);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [`${name}_v2`, renamed(value)]));
}
