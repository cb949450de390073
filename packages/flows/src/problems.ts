/** Codes of this package. */
export const flowErrors = {
  X_FLOWS_INVALID: 'The flow files do not say something that can run. Every problem is listed with its file and place.',
  X_FLOWS_SECRET_MISSING: 'A reference names an environment variable or a file that is not there. Set it, or write it.',
  X_FLOWS_EXPRESSION_SYNTAX: 'An expression is not JSONata.',
  X_FLOWS_EXPRESSION_FAILED: 'An expression failed on this value: usually a function met a type it does not take.',
  X_FLOWS_EXPRESSION_LIMIT:
    'An expression took more than its processor time or memory, twice, and was stopped. Make it simpler, then redrive.',
  X_FLOWS_EXPRESSIONS_CLOSED: 'An expression was asked for while the process was ending.',
  X_FLOWS_EXPRESSIONS_UNAVAILABLE:
    'The process that evaluates expressions does not start: the machine may be out of memory or processes. It is tried again.',
  X_FLOWS_REFERENCE_FILE: 'A reference table file cannot be read as rows.',
} as const;

export type FlowErrorCode = keyof typeof flowErrors;

/** One thing wrong, where a person can find it. */
export interface FlowProblem {
  readonly file: string;
  /** `flows.tickets.deliver[1].when`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; null where the file has no such place. */
  readonly line: number | null;
  readonly message: string;
}

export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: FlowErrorCode;
  /** Only for `X_FLOWS_INVALID`: all of them, not the first. */
  readonly problems: readonly FlowProblem[];
  /** Passes by itself, whatever was asked: to be tried again, and nobody's record is to blame. */
  readonly isTransient: boolean;

  constructor(
    code: FlowErrorCode,
    message: string,
    options: { readonly problems?: readonly FlowProblem[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.isTransient = code === 'X_FLOWS_EXPRESSIONS_CLOSED' || code === 'X_FLOWS_EXPRESSIONS_UNAVAILABLE';
    this.problems = options.problems ?? [];
  }
}

/** `infra/flows/tickets.yaml:12 flows.tickets.deliver[1].when: …` */
export function describeProblem({ file, path, line, message }: FlowProblem): string {
  return `${file}${line === null ? '' : `:${line}`}${path && ` ${path}`}: ${message}`;
}
