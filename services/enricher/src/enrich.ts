import { type CanonicalEntity, type EntityReceived, topics } from '@millrace/contracts';
import { type Expressions, expressionView, type Flow, FlowError, flowTopics, groupOf } from '@millrace/flows';
import { CodedError, deadLetter, type Handler, type Pipeline, pipeline, retry } from '@millrace/messaging';
import { mergeLookups, type PlannedLookup, planLookups, type Row } from './lookup-plan.ts';
import type { ReferenceTables } from './reference-tables.ts';
import { stampSequence } from './stamp-sequence.ts';
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
  return async (envelope, signal) => {
    const { data } = envelope;
    const plan = planLookups(flow.enrich, await evaluate(expressions, keys, expressionView(data), signal));
    const rows = await find(tables, plan, signal);
    const { sequence, note } = stampSequence(envelope, flow.version);
    const enriched = mergeLookups(data, sequence, plan, rows);
    const output = { to, key: envelope.key, item, data: enriched };
    const change = { entity: flow.entity, patch: patchBetween(data, enriched), reason: note, at: now() };
    return { outputs: [output, appliedTransformation(stage, envelope, output, change)], outcome: { kind: 'emitted' } };
  };
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
