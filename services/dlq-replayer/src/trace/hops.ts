import { entities, groupTopics, retryTiers, topics } from '@millrace/contracts';
import type { Stage } from '@millrace/flows';
import {
  headerText,
  type InboundRecord,
  isoTime,
  readDeadLetter,
  readIdentity,
  readReplay,
  type StatedIdentity,
} from '@millrace/messaging';
import type { PlacedAck } from '../index/dead-letter-index.ts';

/** One station of a record's way. */
export interface Hop {
  /** ISO 8601. */
  readonly at: string;
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly outcome: string;
  readonly code?: string;
  /** Event id of what stands there. */
  readonly id?: string;
  readonly group?: string;
  /** W3C Trace Context of what stands there. */
  readonly traceparent?: string;
  readonly detail?: string;
}

/** What stands in a topic, as far as a trace must know. */
export type TopicRole =
  | { readonly kind: 'webhooks' }
  /** What came in, by the gateway or made of a raw record. */
  | { readonly kind: 'received' }
  | { readonly kind: 'written'; readonly service: string; readonly outcome: string }
  | { readonly kind: 'transformations' }
  | { readonly kind: 'deliveries' }
  | { readonly kind: 'retry' | 'dlq' | 'lane'; readonly group: string };

/** Every topic that a record or a copy of it can pass. */
export function topicRoles(groups: readonly string[], stages: readonly Stage[]): ReadonlyMap<string, TopicRole> {
  const roles = new Map<string, TopicRole>([
    [topics.webhooksReceived.name, { kind: 'webhooks' }],
    [topics.transformationsRecorded.name, { kind: 'transformations' }],
    [topics.deliveriesCompleted.name, { kind: 'deliveries' }],
  ]);
  for (const { received } of Object.values(entities)) roles.set(received.name, { kind: 'received' });
  for (const { service, outcome, to } of stages) {
    const [first] = to;
    if (first !== undefined && !roles.has(first)) roles.set(first, { kind: 'written', service, outcome });
  }
  for (const group of groups) {
    const { retry, dlq, lane } = groupTopics(group);
    for (const tier of retryTiers) roles.set(retry[tier], { kind: 'retry', group });
    roles.set(dlq, { kind: 'dlq', group });
    roles.set(lane, { kind: 'lane', group });
  }
  return roles;
}

/** Decoded values of the topics whose outcome is in the value. */
export type DecodedOutcome = {
  readonly outcome: string;
  readonly reason: string | null;
  readonly detail?: string | null;
  readonly service?: string;
};

/** What one record says happened. Pure. */
export function hopOf(record: InboundRecord, role: TopicRole, decoded: DecodedOutcome | null): Hop {
  const identity = readIdentity(record.headers);
  const place = {
    at: isoTime(record.timestamp),
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    ...(identity.id === null ? {} : { id: identity.id }),
    ...(identity.traceparent === null ? {} : { traceparent: identity.traceparent }),
  };
  switch (role.kind) {
    case 'webhooks':
      return { ...place, service: 'ingest-gateway', outcome: 'accepted' };
    case 'received':
      return { ...place, ...receivedBy(identity) };
    case 'written':
      return { ...place, service: role.service, outcome: role.outcome };
    case 'transformations':
    case 'deliveries':
      return {
        ...place,
        service: decoded?.service ?? (role.kind === 'deliveries' ? 'sink-writers' : 'enricher'),
        outcome: outcomeText(decoded),
        ...(decoded?.detail ? { detail: decoded.detail } : {}),
      };
    case 'retry': {
      const code = headerText(record.headers, 'dlq.error-code');
      return {
        ...place,
        service: serviceOf(role.group),
        group: role.group,
        outcome: 'retried',
        ...(code === null ? {} : { code }),
      };
    }
    case 'dlq': {
      const facts = readDeadLetter(record.headers);
      return {
        ...place,
        service: serviceOf(role.group),
        group: role.group,
        outcome: 'dead-lettered',
        ...(facts === null ? {} : { code: facts.errorCode, detail: facts.id }),
      };
    }
    case 'lane': {
      const job = readReplay(record.headers)?.job;
      return {
        ...place,
        service: 'dlq-replayer',
        group: role.group,
        outcome: 'redriven',
        ...(job === undefined ? {} : { detail: job }),
      };
    }
  }
}

const outcomeText = (decoded: DecodedOutcome | null): string => {
  if (decoded === null) return 'unreadable';
  return decoded.reason === null ? decoded.outcome : `${decoded.outcome}(${decoded.reason})`;
};

function receivedBy(identity: StatedIdentity) {
  // At the edge an event has no cause; a normalised one is caused by its raw record.
  return identity.causationid === null
    ? { service: 'ingest-gateway', outcome: 'accepted' }
    : { service: 'enricher', outcome: 'normalised' };
}

/** What the target group said about a redriven record. */
export function ackHop(ack: PlacedAck): Hop {
  return {
    at: isoTime(ack.at),
    service: serviceOf(ack.group),
    topic: topics.opsReplayAck.name,
    partition: ack.partition,
    offset: ack.offset,
    group: ack.group,
    outcome: ack.outcome === 'failed-again' ? 'failed-again' : `resolved(${ack.outcome})`,
    ...(ack.code === null ? {} : { code: ack.code }),
    ...(ack.eventId === null ? {} : { id: ack.eventId }),
  };
}

/** Groups are `<service>.<flow>[.<route>]`. */
export const serviceOf = (group: string): string => group.split('.')[0] as string;

const order = ['accepted', 'normalised', 'enriched', 'classified'];

/** Time order; within one millisecond the order of the stages. */
export function inTimeOrder(hops: readonly Hop[]): readonly Hop[] {
  const rank = ({ outcome }: Hop): number => {
    const at = order.indexOf(outcome);
    return at === -1 ? order.length : at;
  };
  return hops.toSorted((one, other) => one.at.localeCompare(other.at) || rank(one) - rank(other));
}
