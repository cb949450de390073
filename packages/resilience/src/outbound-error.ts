import { CodedError, type CodedErrorOptions, isCodedError } from '@millrace/messaging';

/** Whether the destination may have acted although we saw a failure: `no` is a proof, `unknown` is everything else. */
export type Applied = 'no' | 'unknown';

/** A failure at a destination. It is a `CodedError` to everyone; whoever keeps an effect ledger also asks `applied`. */
export class OutboundError extends CodedError {
  readonly applied: Applied;

  constructor(code: string, message: string, options: CodedErrorOptions & { readonly applied: Applied }) {
    super(code, message, { step: 'effect', ...options });
    this.applied = options.applied;
  }
}

/** Total: only an error that says so proves that nothing happened. */
export function appliedOf(error: unknown): Applied {
  return isCodedError(error) && 'applied' in error && error.applied === 'no' ? 'no' : 'unknown';
}
