import type { Source } from '@millrace/connectors/kit/source';
import { createExpressions, enriches, type Flows, flowList } from '@millrace/flows';
import {
  type BodyStore,
  type Broker,
  createStageHost,
  type HeldKeys,
  type HostedStage,
  type Pipeline,
  type PipelineSettings,
  type Serde,
  type StageHost,
} from '@millrace/messaging';
import { createBreaker } from '@millrace/resilience/breaker';
import type { Logger, Metrics } from '@millrace/service';
import { enrichPipeline } from './enrich.ts';
import { normalisePipeline } from './normalise.ts';
import { createReferenceTables } from './reference-tables.ts';

export interface EnricherOptions {
  readonly flows: Flows;
  /** Connectors by name. */
  readonly connectors: Readonly<Record<string, Source>>;
  readonly broker: Broker;
  readonly serde: Serde;
  readonly bodies: Pick<BodyStore, 'get' | 'erase'>;
  /** Needed where a flow holds keys. */
  readonly heldKeys?: HeldKeys;
  readonly settings: PipelineSettings & {
    readonly graceMs: number;
    readonly ordinal: number | undefined;
    readonly breakerOpenMs: number;
    readonly bodyBudgetBytes: number;
    readonly expressionTimeoutMs: number;
    readonly tableRefreshTimeoutMs: number;
  };
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Ends the process in order. */
  readonly fatal: (error: Error) => void;
}

export function createEnricher(options: EnricherOptions): StageHost {
  const { flows, connectors, broker, serde, bodies, settings, logger, metrics, now } = options;
  const { bodyBudgetBytes } = settings;
  const tables = createReferenceTables({
    broker,
    serde,
    tables: [...new Set(flowList(flows).flatMap(({ enrich }) => enrich.map(({ table }) => table)))],
    logger,
    metrics,
    refreshTimeoutMs: settings.tableRefreshTimeoutMs,
  });
  const expressions = createExpressions({ timeoutMs: settings.expressionTimeoutMs });
  /** Behind a breaker of its own: with the body store or the registry away a pipeline waits, and fills no tiers. */
  const guarded = <T>(pipeline: Pipeline<T>): HostedStage => ({
    pipeline,
    breaker: createBreaker({ openMs: settings.breakerOpenMs }),
  });
  const host = createStageHost({
    ...options,
    name: 'enricher',
    groups: flows.stages.filter(({ service }) => service === 'enricher').map(({ group }) => group),
    openStages: async (closing) => {
      await tables.open(closing);
      return [
        ...(Object.keys(flows.sources).length === 0
          ? []
          : [guarded(normalisePipeline({ instances: flows.sources, connectors, bodies, bodyBudgetBytes, now }))]),
        ...flowList(flows)
          .filter(enriches)
          .map((flow) => guarded(enrichPipeline({ flow, tables, expressions, now }))),
      ];
    },
    closeShared: () => Promise.all([tables.close(), expressions.close()]),
  });
  return { ...host, checks: [{ name: 'reference-tables', ready: () => tables.readiness() }, ...host.checks] };
}
