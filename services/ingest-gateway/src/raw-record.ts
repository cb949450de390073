import { createHash } from 'node:crypto';
import {
  type BodyType,
  type DeliveryIdentity,
  type RequestView,
  type Selector,
  type Source,
  select,
  selectInstant,
  type Verdict,
} from '@millrace/connectors';
import type { WebhookReceived } from '@millrace/contracts';
import { maskBody, maskHeaders, maskQuery } from './mask.ts';

type Verified = Extract<Verdict, { kind: 'verified' | 'test' }>;

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly remoteAddress: string | null;
  /** As received; compressed where it was. */
  readonly body: Buffer;
  /** Epoch milliseconds, when the whole body was there. */
  readonly receivedAt: number;
}

export interface RawInput {
  readonly sourceName: string;
  readonly source: Source;
  readonly wire: WireRequest;
  /** The body with its content-encoding undone; the same buffer where there was none. */
  readonly unpacked: Buffer;
  readonly bodyType: BodyType;
  readonly view: RequestView;
  readonly verdict: Verified;
  readonly identity: DeliveryIdentity;
  readonly bodySha256: string;
}

/** The raw record but for what only the writing can say: where the body is, and whether the ledger was asked. */
export type RawDraft = Omit<WebhookReceived, 'body' | 'bodyRef' | 'dedupe'> & { readonly body: Buffer };

/** Pure. Keeps the bytes as they came, unless a credential had to be cut out of them. */
export function rawDraft(input: RawInput): RawDraft {
  const { source, wire, view, verdict, identity } = input;
  const text = (selector: Selector | undefined): string | null =>
    selector === undefined ? null : select(selector, view);
  const masked = maskBody(input.unpacked, source, input.bodyType);
  const headers = maskHeaders(wire.headers, source);
  const isMasked = masked !== input.unpacked;
  return {
    source: input.sourceName,
    connector: source.name,
    receivedAt: wire.receivedAt,
    method: wire.method,
    path: wire.path,
    query: maskQuery(wire.query, source),
    // A masked body is written unpacked, so it must not say that it is compressed.
    headers: isMasked ? headers.filter(({ name }) => name.toLowerCase() !== 'content-encoding') : headers,
    remoteAddress: wire.remoteAddress,
    body: isMasked ? masked : wire.body,
    bodySha256: input.bodySha256,
    verification: {
      verdict: verdict.kind,
      keyId: verdict.keyId,
      scheme: source.verification.scheme,
      replayProtected: identity.replayProtected,
    },
    identity: { kind: identity.kind, value: identity.value },
    eventType: text(source.eventType),
    subject: text(source.subject),
    actor: text(source.actor),
    occurredAt: source.occurredAt === undefined ? null : selectInstant(source.occurredAt, view),
  };
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
