import type { EventMeta, NormalisedItem } from '@millrace/connectors/kit/normalise';
import type { Source } from '@millrace/connectors/kit/source';
import { documentOf } from '@millrace/connectors/kit/webhook-body';
import {
  type CanonicalEntity,
  type EntityDefinition,
  type EntityName,
  type EntityReceived,
  entities,
  topics,
  type WebhookReceived,
  withoutContent,
} from '@millrace/contracts';
import { groupOf, type SourceInstance } from '@millrace/flows';
import {
  type BodyStore,
  boundBodies,
  claimCheck,
  type Envelope,
  type Handled,
  type Handler,
  isVersion,
  type Outgoing,
  type Pipeline,
  pipeline,
  sequenceFrom,
  statedInstant,
} from '@millrace/messaging';
import type { VersionNote } from './stamp-sequence.ts';
import { appliedTransformation, filteredTransformation, patchBetween } from './transformation.ts';

export interface NormaliseOptions {
  /** Instances of the flow file, by name. */
  readonly instances: Readonly<Record<string, SourceInstance>>;
  /** Connectors by name. */
  readonly connectors: Readonly<Record<string, Source>>;
  /** Where bodies too large for a record are. */
  readonly bodies: Pick<BodyStore, 'get' | 'erase'>;
  /** Of these bodies so much may be in memory at once. */
  readonly bodyBudgetBytes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const stage = { name: 'normalise', group: groupOf('normalise') };
/** Any of them may come out: which, each connector declares. */
const received = Object.values(entities).map((entity: EntityDefinition<CanonicalEntity>) => entity.received);

/** Vendor payload → canonical entities; what is our own echo, or has no normaliser, ends here and says so. */
export function normalisePipeline(options: NormaliseOptions): Pipeline<WebhookReceived> {
  return pipeline({
    ...stage,
    from: [topics.webhooksReceived],
    through: [boundBodies({ maxBytes: options.bodyBudgetBytes })],
    handle: normalise(options),
    to: [...received, topics.transformationsRecorded],
  });
}

export function normalise(options: Omit<NormaliseOptions, 'bodyBudgetBytes'>): Handler<WebhookReceived> {
  const { connectors, bodies, now } = options;
  const erased = (envelope: Envelope<unknown>): Handled => filtered(envelope, 'erased', now());
  const whole = claimCheck(bodies, { erased })(normaliseWhole(options));
  // What flows as raw alone needs no body, wherever that is.
  return (envelope, signal) =>
    normaliserOf(connectors, envelope.data) === undefined
      ? filtered(envelope, 'no-normaliser', now())
      : whole(envelope, signal);
}

function normaliserOf(
  connectors: NormaliseOptions['connectors'],
  { connector: name }: WebhookReceived,
): (Pick<Source, 'body'> & Required<Pick<Source, 'normalise'>>) | undefined {
  const connector = Object.hasOwn(connectors, name) ? connectors[name] : undefined;
  return connector?.normalise === undefined ? undefined : { body: connector.body, normalise: connector.normalise };
}

/** Of a record that has its body. */
function normaliseWhole({
  instances,
  connectors,
  bodies,
  now,
}: Omit<NormaliseOptions, 'bodyBudgetBytes'>): Handler<WebhookReceived> {
  return async (envelope, signal) => {
    const { data } = envelope;
    const normaliser = normaliserOf(connectors, data);
    if (normaliser === undefined) return filtered(envelope, 'no-normaliser', now());
    const document = documentOf({ body: data.body ?? Buffer.alloc(0), headers: data.headers }, normaliser.body);
    const result = normaliser.normalise(document, metaOf(data, instances));
    if (result.kind === 'filtered') return filtered(envelope, result.reason, now());
    for (const { key, deletion } of result.items)
      if (deletion?.kind === 'permanent') await bodies.erase(key, data.bodyRef?.ref ?? null, signal);
    const ordinalOf = countedByKey();
    const outputs = result.items.map(withoutWhatIsGone).flatMap((item) => {
      const time = eventTimeOf(item, envelope.origin.timestamp);
      const output = outgoing(envelope, item, time, ordinalOf(item));
      const patch = patchBetween(document, item.data);
      const change = { entity: item.entity, patch, reason: noteOn(item, time), at: now() };
      return [output, appliedTransformation(stage, envelope, output, change)];
    });
    return { outputs, outcome: { kind: 'emitted' } };
  };
}

function metaOf(data: WebhookReceived, instances: NormaliseOptions['instances']): EventMeta {
  const { headers, eventType, receivedAt, source, actor } = data;
  const instance = Object.hasOwn(instances, source) ? instances[source] : undefined;
  return { headers, eventType, receivedAt, source, actor, integrationActor: instance?.actor ?? null };
}

/** What is deleted for good has no content from here on: neither in the entity's record nor in the patch that tells of it. */
function withoutWhatIsGone(item: NormalisedItem): NormalisedItem {
  if (item.deletion?.kind !== 'permanent') return item;
  return { ...item, data: { ...withoutContent(entityOf(item.entity), item.data as unknown as CanonicalEntity) } };
}

/** A source lets nothing out but what it declares, and declares nothing without a schema. */
const entityOf = (name: string): EntityDefinition<CanonicalEntity> => entities[name as EntityName];

/** How many events of the same key came before in a batch: without it two of one moment would be equally new. */
function countedByKey(): (item: NormalisedItem) => number {
  const counts = new Map<string, number>();
  return ({ entity, key }) => {
    const name = JSON.stringify([entity, key]);
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    return before;
  };
}

const filtered = (envelope: Envelope<unknown>, reason: string, at: number): Handled => ({
  outputs: [filteredTransformation(stage, envelope, reason, at)],
  outcome: { kind: 'filtered', reason },
});

/** What the vendor states, where it can say which event is newer; null leaves that to the log. */
function eventTimeOf({ eventTime }: NormalisedItem, writtenAt: number): number | null {
  return eventTime !== null && isVersion(eventTime, writtenAt) ? eventTime : null;
}

/** A webhook is never refused for what it says, so a trace tells that it was not believed. */
const noteOn = ({ eventTime }: NormalisedItem, believed: number | null): VersionNote | null =>
  eventTime !== null && eventTime > 0 && believed === null ? 'version-in-the-future' : null;

function outgoing(
  { id, data, origin }: Envelope<WebhookReceived>,
  item: NormalisedItem,
  time: number | null,
  ordinal: number,
): Outgoing & { readonly item: string } {
  const value: EntityReceived<CanonicalEntity> = {
    sequence: sequenceFrom(time === null ? null : statedInstant(time), origin, ordinal),
    receivedAt: data.receivedAt,
    source: data.source,
    raw: { topic: origin.topic, partition: origin.partition, offset: origin.offset, id },
    // The topic's codec is what checks it: a normaliser's mistake becomes a dead letter with the failing path.
    entity: item.data as unknown as CanonicalEntity,
    deletion: item.deletion ?? null,
  };
  return {
    to: entityOf(item.entity).received,
    key: item.key,
    item: item.item,
    ...(time === null ? {} : { time: new Date(time).toISOString() }),
    data: value,
  };
}
