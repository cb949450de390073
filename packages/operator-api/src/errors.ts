import { type Fault, Refusal } from './endpoint/refusal.ts';

/** Every code that the operator API refuses with by itself: what it means and what fixes it. */
export const operatorApiErrors = {
  X_ACCESS_TOKEN: 'The request has no valid token in its Authorization header.',
  X_ACCESS_ROLE: 'No role of the token allows this.',
  X_ACCESS_SCOPE: 'The token is for other groups or topics.',
  X_ACCESS_ORIGIN: 'The request came through a host or from a page that is not allowed.',
  X_AUDIT_UNAVAILABLE: 'The action was refused because it could not be recorded first; it works again when Kafka does.',
  X_REQUEST_INVALID: 'The request is not what this verb takes; the errors say where.',
  X_REQUEST_UNKNOWN: 'There is nothing at this address.',
  X_INTERNAL: 'A fault of ours; the log has the correlation id.',
  X_OPERATOR_API_UNBOUND: 'An endpoint is declared and no handler is bound to it, or the other way round; bind it.',
  X_OPERATOR_API_ANSWER: 'A handler answers in another shape than its endpoint declares; declare what it answers.',
  X_OPERATOR_UNREACHABLE: 'The operator API does not answer at this address, or something else does.',
} as const;
export type OperatorApiErrorCode = keyof typeof operatorApiErrors;

export function refusal(
  code: OperatorApiErrorCode,
  status: number,
  more: {
    readonly detail?: string;
    readonly errors?: readonly Fault[];
    readonly retryAfterSeconds?: number;
    readonly cause?: unknown;
  } = {},
): Refusal {
  return new Refusal({ code, status, title: operatorApiErrors[code], ...more });
}
