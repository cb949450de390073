import {
  type BodyType,
  type Handshake,
  identityOf,
  parseDocument,
  type RequestView,
  select,
  type Verdict,
} from '@millrace/connectors';
import { topics, type WebhookReceived } from '@millrace/contracts';
import { edgeTraceparent, eventId, identityHeaders } from '@millrace/messaging';
import { fitId } from '@millrace/text';
import { refuseBody } from './body-refusals.ts';
import type { OutgoingRecord } from './outlet.ts';
import { type RawDraft, rawDraft, sha256, type WireRequest } from './raw-record.ts';
import type { ConfiguredSource } from './source-instances.ts';

export type Proven = Extract<Verdict, { kind: 'verified' | 'test' }>;

/** A request whose sender is known, with its body there and unpacked. */
export interface ProvenWebhook {
  readonly source: Pick<ConfiguredSource, 'name' | 'definition' | 'identityPolicy'>;
  readonly wire: WireRequest;
  readonly unpacked: Buffer;
  readonly bodyType: BodyType;
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly verdict: Proven;
  readonly freshId: () => string;
}

/** What such a request is: the vendor's question whether anybody is there, or an event. */
export type ReadWebhook =
  | { readonly kind: 'handshake'; readonly handshake: Handshake; readonly view: RequestView }
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly identity: string;
      readonly draft: RawDraft;
      readonly isOrdered: boolean;
      readonly traceparent: string;
    };

export type ReadEvent = Extract<ReadWebhook, { kind: 'event' }>;

/** Pure but for `freshId`. Throws a `Refusal` for a body that is not what its type says. */
export function readWebhook({
  source,
  wire,
  unpacked,
  bodyType,
  header,
  verdict,
  freshId,
}: ProvenWebhook): ReadWebhook {
  const { definition } = source;
  const view: RequestView = {
    document: parsed(unpacked, bodyType),
    header,
    query: new URLSearchParams(wire.query),
  };
  const handshake = definition.handshakes.find(({ when }) => select(when.selector, view) === when.equals);
  if (handshake !== undefined) return { kind: 'handshake', handshake, view };
  const bodySha256 = sha256(wire.body);
  const { signedSha256, signedAt } = verdict;
  const identity = identityOf(definition, {
    ...{ view, bodySha256, signedSha256, signedAt },
    policy: source.identityPolicy,
    freshId,
  });
  const draft = rawDraft({
    ...{ sourceName: source.name, source: definition },
    ...{ wire, unpacked, bodyType, view, verdict, identity, bodySha256 },
  });
  const id = eventId([source.name, identity.value]);
  const traceparent = edgeTraceparent(header('traceparent'), id);
  return { kind: 'event', id, identity: identity.value, draft, isOrdered: definition.ordered, traceparent };
}

/** Where the body is, which only the writing can say, and whether the ledger was asked. */
export type Written = Pick<WebhookReceived, 'body' | 'bodyRef' | 'dedupe'>;

/** The thing whose order matters, which a large body is kept for as well; null for what has none. */
export function recordKey({ draft, isOrdered }: ReadEvent): string | null {
  return isOrdered && draft.subject !== null ? `${draft.source}:${fitId(draft.subject)}` : null;
}

/** The raw record as it goes to Kafka. Pure. */
export function webhookRecord(read: ReadEvent, written: Written): OutgoingRecord<WebhookReceived> {
  const { id, draft, traceparent } = read;
  const { body: _, ...rest } = draft;
  return {
    topic: topics.webhooksReceived,
    key: recordKey(read),
    headers: identityHeaders({
      id,
      source: draft.source,
      type: topics.webhooksReceived.type,
      time: new Date(draft.occurredAt ?? draft.receivedAt).toISOString(),
      correlationid: id,
      causationid: null,
      generation: 0,
      traceparent,
    }),
    value: { ...rest, ...written },
  };
}

function parsed(body: Buffer, type: BodyType): unknown {
  try {
    return parseDocument(body, type);
  } catch (error) {
    return refuseBody(error);
  }
}
