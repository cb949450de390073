import { hash } from 'node:crypto';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import type { Handled, Handler, Middleware } from '../pipeline.ts';
import type { BodyStore } from '../stores.ts';

/** What a record says that left its body elsewhere (`webhooks.received`). */
export interface ClaimCheckedData {
  readonly body: Buffer | null;
  readonly bodyRef: { readonly ref: string; readonly sha256: string; readonly bytes: number } | null;
}

/** Where a record's body goes: into it, or, where it is larger than a record may be, into the store and a reference in its place. */
export async function checkIn(
  store: Pick<BodyStore, 'put'>,
  body: Buffer,
  { key, maxBytes }: { readonly key: string | null; readonly maxBytes: number },
): Promise<ClaimCheckedData> {
  if (body.length <= maxBytes) return { body, bodyRef: null };
  const ref = await store.put(body, key);
  return { body: null, bodyRef: { ref, sha256: hash('sha256', body, 'hex'), bytes: body.length } };
}

export interface ClaimCheckOptions {
  /** What becomes of a record whose body was erased since: it told of something that was deleted for good. */
  readonly erased?: (envelope: Envelope<unknown>) => Handled;
}

const endsErased = (): Handled => ({ outputs: [], outcome: { kind: 'filtered', reason: 'erased' } });

/** Fetches a body that was too large for its record, so that the handler sees it as if it had travelled inside. */
export function claimCheck(store: Pick<BodyStore, 'get'>, { erased = endsErased }: ClaimCheckOptions = {}): Middleware {
  return <T>(next: Handler<T>): Handler<T> =>
    (envelope, signal) => {
      const { data } = envelope;
      if (!isClaimChecked(data)) return next(envelope, signal);
      const { ref, sha256 } = data.bodyRef;
      return store.get(ref, signal).then((body) => {
        if (body === null) return erased(envelope);
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
