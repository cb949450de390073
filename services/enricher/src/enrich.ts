import {
  type CanonicalEntity,
  type EntityDefinition,
  type EntityEnriched,
  type EntityName,
  type EntityReceived,
  entities,
  topics,
  withoutContent,
} from '@millrace/contracts';
import { type Expressions, expressionView, type Flow, FlowError, flowTopics, groupOf } from '@millrace/flows';
import {
  CodedError,
  deadLetter,
  type Envelope,
  type Handled,
  type Handler,
  type Pipeline,
  pipeline,
  retry,
} from '@millrace/messaging';
import { mergeLookups, type PlannedLookup, planLookups, type Row } from './lookup-plan.ts';
import type { ReferenceTables } from './reference-tables.ts';
import { stampSequence, type VersionNote } from './stamp-sequence.ts';
import { appliedTransformation, patchBetween } from './transformation.ts';

export interface EnrichOptions {
  readonly flow: Flow;
  readonly tables: Pick<ReferenceTables, 'find' | 'refresh'>;
  readonly expressions: Pick<Expressions, 'evaluateAll'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const item = 'enriched';

/** Entity → entity with what the reference tables say about it. */
export function enrichPipeline(options: EnrichOptions): Pipeline<EntityReceived<CanonicalEntity>> {
  const { flow } = options;
  const { source, enriched } = flowTopics(flow);
  return pipeline({
    ...stageOf(flow),
    from: [source],
    handle: enrich(options),
    to: [enriched, topics.transformationsRecorded],
    order: flow.order,
    onFailure: flow.onFailure,
  });
}

/** The name is part of the ids of what it writes, so that two flows of one entity write two records. */
const stageOf = ({ name, entity }: Flow): { readonly name: string; readonly group: string } => ({
  name: name === entity ? 'enrich' : `enrich.${name}`,
  group: groupOf('enrich', { flow: name }),
});

export function enrich({ flow, tables, expressions, now }: EnrichOptions): Handler<EntityReceived<CanonicalEntity>> {
  const to = flowTopics(flow).enriched;
  const stage = stageOf(flow);
  const keys = flow.enrich.map(({ by }) => by);
  const passOn = (
    envelope: Envelope<EntityReceived<CanonicalEntity>>,
    enriched: EntityEnriched<CanonicalEntity>,
    reason: VersionNote | null,
  ): Handled => {
    const output = { to, key: envelope.key, item, data: enriched };
    const change = { entity: flow.entity, patch: patchBetween(envelope.data, enriched), reason, at: now() };
    return { outputs: [output, appliedTransformation(stage, envelope, output, change)], outcome: { kind: 'emitted' } };
  };
  return async (envelope, signal) => {
    const { data } = envelope;
    const { sequence, note } = stampSequence(envelope, flow.version);
    if (data.deletion !== null) return passOn(envelope, withoutLookups(flow, data, sequence), note);
    const plan = planLookups(flow.enrich, await evaluate(expressions, keys, expressionView(data), signal));
    const rows = await find(tables, plan, signal);
    return passOn(envelope, mergeLookups(data, sequence, plan, rows), note);
  };
}

/** What is gone is looked up nowhere, and of what is gone for good nothing goes on but that. */
function withoutLookups(
  { entity: name }: Flow,
  data: EntityReceived<CanonicalEntity>,
  sequence: string,
): EntityEnriched<CanonicalEntity> {
  const known: EntityDefinition<CanonicalEntity> = entities[name as EntityName];
  const entity = data.deletion?.kind === 'permanent' ? withoutContent(known, data.entity) : data.entity;
  return { ...data, entity, sequence, context: {} };
}

async function find(
  tables: EnrichOptions['tables'],
  plan: readonly PlannedLookup[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const rows = () => plan.map(({ table, key }) => (key === null ? null : tables.find(table, key)));
  const first = rows();
  const misses = plan.some(({ required, key }, at) => required && key !== null && first[at] === null);
  if (!misses) return first;
  // Somebody may have loaded the row a moment ago and redriven at once: a miss counts against the table's present end.
  await tables.refresh(signal);
  return rows();
}

async function evaluate(
  expressions: EnrichOptions['expressions'],
  texts: readonly string[],
  view: unknown,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  try {
    return await expressions.evaluateAll(texts, view, signal);
  } catch (cause) {
    if (!(cause instanceof FlowError)) throw cause;
    const disposition = cause.isTransient ? retry() : deadLetter;
    throw new CodedError('X_ENRICH_EXPRESSION', `a lookup's \`by\`: ${cause.message}`, {
      disposition,
      unavailable: cause.isTransient,
      step: 'validate',
      cause,
    });
  }
}
