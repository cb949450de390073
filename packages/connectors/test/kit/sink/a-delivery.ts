import { entities, withoutContent } from '@millrace/contracts';
import { openPool } from '@millrace/ledger/pool';
import { createOutbound, type Outbound } from '@millrace/resilience/outbound';
import { type RehearsedWays, rehearsedWays } from '../../../src/kit/rehearse.ts';
import type { AnySink, Judgement, Sink, SinkContext, SinkDelivery } from '../../../src/kit/sink.ts';

export const never: AbortSignal = new AbortController().signal;

export function accepted(label: string, text: string | null = null): Judgement {
  return { label, decision: 'accepted', confidence: 0.93, reason: null, text };
}

export function abstained(label: string): Judgement {
  return { label, decision: 'abstained', confidence: 0.31, reason: 'below the threshold', text: null };
}

export interface DeliveryParts {
  readonly event?: string;
  readonly ticket?: string;
  /** Rises with the age of the event. */
  readonly at?: number;
  readonly generation?: number;
  readonly subject?: string;
  readonly judgements?: Readonly<Record<string, Judgement>>;
  readonly mapped?: unknown;
  readonly receivedAt?: number;
  readonly deletion?: 'soft' | 'permanent' | undefined;
  readonly earlier?: readonly string[] | undefined;
}

export function sequenceOf(at: number): string {
  return `${String(at).padStart(15, '0')}-${'0'.repeat(19)}`;
}

/** A classified ticket on its way to a sink. */
export function aDelivery(parts: DeliveryParts = {}): SinkDelivery {
  const { event = 'event-1', ticket = '35436', at = 1, generation = 0, subject = 'Where is my card?' } = parts;
  const { judgements = { category: accepted('cards'), priority: accepted('high') }, receivedAt = 1_790_000_000_000 } =
    parts;
  const entity = {
    id: ticket,
    subject,
    description: 'It has not arrived.',
    status: 'new',
    priority: null,
    channel: 'email',
    requester: { id: '7', name: 'Ada', email: 'ada@example.com', emailDomain: 'example.com' },
    tags: ['web'],
    assignee: null,
    group: null,
    url: null,
    createdAt: 1_789_999_000_000,
    updatedAt: null,
    attributes: { brand_id: '3' },
  };
  return {
    route: 'tickets.triage',
    eventId: event,
    correlationid: `correlation of ${event}`,
    key: `zendesk:${ticket}`,
    entity: 'tickets',
    sequence: sequenceOf(at),
    generation,
    value: {
      ...{ sequence: sequenceOf(at), receivedAt, source: 'zendesk', context: {} },
      // As the stages before leave it: judged by nobody, and without content where nothing may stay.
      entity: parts.deletion === 'permanent' ? withoutContent(entities.tickets, entity) : entity,
      judgements: parts.deletion === undefined ? judgements : {},
      deletion: parts.deletion === undefined ? null : { kind: parts.deletion, at: receivedAt, reason: 'deleted' },
    },
    view: entity,
    ...('mapped' in parts && parts.deletion === undefined ? { mapped: parts.mapped } : {}),
    ...(parts.earlier === undefined ? {} : { earlier: parts.earlier }),
  };
}

/** A context whose way out leads to these origins only. Close its `outbound`. */
export function aContext(origins: readonly string[], now: () => number = Date.now): SinkContext {
  const outbound: Outbound = createOutbound({
    trustedOrigins: origins,
    totalTimeoutMs: 2_000,
    responseTimeoutMs: 2_000,
  });
  return { ...aRoute, outbound, openPool, now };
}

const aRoute = { route: 'tickets.triage', entity: 'tickets', schema: entities.tickets.classified.schema };

/** The same sink as in a dry run. */
export function aRehearsal(
  definition: AnySink,
  settings: object,
  secrets: readonly string[],
): { readonly sink: Sink; readonly shown: RehearsedWays['shown'] } {
  const { shown, ...ways } = rehearsedWays({ rehearsal: definition.rehearse(settings, aRoute), secrets });
  return { sink: definition.open(settings, { ...aRoute, ...ways, now: Date.now }), shown };
}
