import { hash } from 'node:crypto';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Handler, Middleware } from '../pipeline.ts';
import type { BodyStore } from '../stores.ts';

/** What a record says that left its body elsewhere (`webhooks.received`). */
export interface ClaimCheckedData {
  readonly body: Buffer | null;
  readonly bodyRef: { readonly ref: string; readonly sha256: string; readonly bytes: number } | null;
}

/** Fetches a body that was too large for its record, so that the handler sees it as if it had travelled inside. */
export function claimCheck(store: Pick<BodyStore, 'get'>): Middleware {
  return <T>(next: Handler<T>): Handler<T> =>
    (envelope, signal) => {
      const { data } = envelope;
      if (!isClaimChecked(data)) return next(envelope, signal);
      const { ref, sha256 } = data.bodyRef;
      return store.get(ref, signal).then((body) => {
        if (body === null) return { outputs: [], outcome: { kind: 'filtered', reason: 'erased' } };
        if (hash('sha256', body, 'hex') !== sha256) {
          throw new CodedError(
            'X_BODY_MISMATCH',
            `the body kept as ${ref} does not have the digest its record states`,
            {
              disposition: deadLetter,
              step: 'validate',
            },
          );
        }
        return next({ ...envelope, data: { ...data, body } }, signal);
      });
    };
}

/** Whether its body is elsewhere. */
export function isClaimChecked<T>(data: T): data is T & { readonly bodyRef: NonNullable<ClaimCheckedData['bodyRef']> } {
  const { body, bodyRef } = (data ?? {}) as Partial<ClaimCheckedData>;
  return body === null && bodyRef !== null && bodyRef !== undefined;
}
