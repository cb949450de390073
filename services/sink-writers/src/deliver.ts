import type { AnySink, SinkDelivery, SinkResult } from '@millrace/connectors/kit/sink';
import {
  type CanonicalEntity,
  type DeletionKind,
  type DeliveryCompleted,
  type EntityEnriched,
  type Judgement,
  type Topic,
  topics,
} from '@millrace/contracts';
import { type Expressions, expressionView, type Flow, FlowError, groupOf, isTrue, type Route } from '@millrace/flows';
import {
  CodedError,
  deadLetter,
  type Envelope,
  type Handled,
  type Handler,
  type Pipeline,
  pipeline,
  retry,
  sequenceFrom,
} from '@millrace/messaging';

/** Any entity's record as a route reads it: judged where the flow classifies. */
export type Deliverable = EntityEnriched<CanonicalEntity> & {
  readonly judgements?: Readonly<Record<string, Judgement>>;
};

/** What became of the write, as the route's machinery reports it. */
export interface Written extends Omit<SinkResult, 'reason'> {
  readonly reason: string | null;
}

export interface DeliverOptions {
  readonly flow: Pick<Flow, 'name' | 'entity'>;
  readonly route: Pick<Route, 'route' | 'when' | 'map' | 'order' | 'onFailure'>;
  readonly sink: Pick<AnySink, 'name' | 'deletions'>;
  readonly expressions: Pick<Expressions, 'evaluate'>;
  readonly write: (delivery: SinkDelivery, isOperatorsWish: boolean, signal: AbortSignal) => Promise<Written>;
  /** Told of each event that the destination is not asked about, before it counts as filtered. */
  readonly pass: (delivery: SinkDelivery, signal: AbortSignal) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The stage of one route: a group, dead letters and a lane of its own. */
export function deliverPipeline(
  options: DeliverOptions & { readonly topic: Topic<Deliverable> },
): Pipeline<Deliverable> {
  const { flow, route, topic } = options;
  return pipeline({
    // Part of the ids of what it tells, so that two routes of one event tell two things.
    name: `deliver.${flow.name}.${route.route}`,
    group: groupOf('deliver', { flow: flow.name, route: route.route }),
    from: [topic],
    handle: deliver(options),
    to: [topics.deliveriesCompleted],
    order: route.order,
    onFailure: route.onFailure,
  });
}

/** Judged entity → destination, with a record of what was written where, or why nothing was. */
export function deliver(options: DeliverOptions): Handler<Deliverable> {
  const { flow, route, write, pass, now } = options;
  return async (envelope, signal) => {
    const startedAt = now();
    const view = expressionView(envelope.data);
    const delivery: SinkDelivery = {
      route: `${flow.name}.${route.route}`,
      eventId: envelope.id,
      correlationid: envelope.correlationid,
      key: envelope.key,
      entity: flow.entity,
      sequence: sequenceFor(envelope),
      generation: envelope.generation,
      value: envelope.data,
      view,
    };
    const { deletion } = envelope.data;
    // A route that once delivered it must learn that it is gone, whatever the condition says of what is left of it.
    if (deletion !== null) {
      const written = await deliverDeletion(delivery, deletion.kind, envelope, options, signal);
      return completed(envelope, options, startedAt, written);
    }
    if (route.when !== null && !isTrue(await evaluate(route.when, 'when', view, options, signal))) {
      await pass(delivery, signal);
      return completed(envelope, options, startedAt, { outcome: 'filtered', reason: 'when', destination: '' });
    }
    // A map that makes nothing is told as null: the sink's own mapping would send what the map leaves out.
    const mapped =
      route.map === null ? {} : { mapped: (await evaluate(route.map, 'map', view, options, signal)) ?? null };
    const written = await write({ ...delivery, ...mapped }, envelope.delivery.through === 'lane', signal);
    return completed(envelope, options, startedAt, written);
  };
}

async function deliverDeletion(
  delivery: SinkDelivery,
  kind: DeletionKind,
  { delivery: { through } }: Envelope<Deliverable>,
  { sink, write, pass }: DeliverOptions,
  signal: AbortSignal,
): Promise<Written> {
  if (sink.deletions[kind] !== 'nothing') return write(delivery, through === 'lane', signal);
  await pass(delivery, signal);
  return { outcome: 'filtered', reason: 'deleted', destination: '' };
}

/** Reasons that came without asking the destination. */
const unasked: ReadonlySet<string> = new Set(['when', 'deleted', 'delivered-before', 'newer-settled']);

function completed(
  envelope: Envelope<Deliverable>,
  { flow, route, sink, now }: DeliverOptions,
  startedAt: number,
  { outcome, reason, destination }: Written,
): Handled {
  const data: DeliveryCompleted = {
    route: `${flow.name}.${route.route}`,
    sink: sink.name,
    entity: flow.entity,
    id: envelope.key,
    eventId: envelope.id,
    outcome,
    reason,
    destination: destination === '' ? null : destination,
    sequence: sequenceFor(envelope),
    attempt: envelope.delivery.attempt + 1,
    durationMs: Math.max(0, now() - startedAt),
    at: now(),
  };
  return {
    outputs: [{ to: topics.deliveriesCompleted, key: envelope.key, data, time: new Date(now()).toISOString() }],
    outcome: outcomeOf(outcome, reason),
    asked: reason === null || !unasked.has(reason),
  };
}

function outcomeOf(outcome: DeliveryCompleted['outcome'], reason: string | null): Handled['outcome'] {
  switch (outcome) {
    case 'delivered':
    case 'superseded':
      return { kind: outcome };
    case 'filtered':
      return { kind: 'filtered', reason: reason ?? 'when' };
    case 'unchanged':
      return { kind: 'filtered', reason: 'unchanged' };
  }
}

/** Stamped by the first stage; a foreign record without one counts from where it first stood. */
function sequenceFor({ data, origin }: Envelope<Deliverable>): string {
  return sequenceFrom(data.sequence, origin);
}

async function evaluate(
  text: string,
  name: 'when' | 'map',
  view: unknown,
  { expressions }: DeliverOptions,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await expressions.evaluate(text, view, signal);
  } catch (cause) {
    if (!(cause instanceof FlowError)) throw cause;
    const disposition = cause.isTransient ? retry() : deadLetter;
    throw new CodedError('X_ROUTE_EXPRESSION', `the route's \`${name}\`: ${cause.message}`, {
      disposition,
      unavailable: cause.isTransient,
      step: 'validate',
      cause,
    });
  }
}
