import { createHash } from 'node:crypto';
import { type RequestView, select } from './selector.ts';
import type { Source } from './source.ts';

export interface DeliveryIdentity {
  /** `pointer`: an id the sender signed; `header`: body hash with a delivery id; `body`: a hash alone; `none`: nothing to go by. */
  readonly kind: 'pointer' | 'header' | 'body' | 'none';
  readonly value: string;
  /** True when sending the same request again cannot make a second event. */
  readonly replayProtected: boolean;
}

export interface IdentityInput {
  readonly view: RequestView;
  /** Of the body as received. */
  readonly bodySha256: string;
  /** From the verdict: everything that was signed, and the signed time where there is one. */
  readonly signedSha256: string;
  readonly signedAt: number | null;
  /** `body`: only equal bodies are duplicates, whatever the headers say; stricter, and the operator's choice. */
  readonly policy: 'source' | 'body';
  /** A fresh id for senders that give nothing to go by: a duplicate is better than a loss. */
  readonly freshId: () => string;
}

/** What makes a delivery the same as its repetition, by the source's declaration. Pure but for `freshId`. */
export function identityOf(source: Source, input: IdentityInput): DeliveryIdentity {
  if (input.policy === 'body') return { kind: 'body', value: input.bodySha256, replayProtected: true };
  const { signed, delivery } = source.identity;
  const id = signed === undefined ? null : select(signed, input.view);
  if (id !== null) return { kind: 'pointer', value: id, replayProtected: true };
  const deliveryId = delivery === undefined ? null : select(delivery, input.view);
  if (deliveryId !== null)
    return { kind: 'header', value: digestOf(input.bodySha256, deliveryId), replayProtected: false };
  if (input.signedAt !== null) return { kind: 'body', value: input.signedSha256, replayProtected: true };
  return { kind: 'none', value: input.freshId(), replayProtected: false };
}

function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
