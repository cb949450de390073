import type { Source } from '@millrace/connectors/kit/source';
import { createExpressions, enriches, type Flows, flowList, groupOf, stageRestarts, versionOf } from '@millrace/flows';
import {
  type BodyStore,
  type Broker,
  createStageHost,
  type HeldKeys,
  type HostedStage,
  type Pipeline,
  type PipelineSettings,
  type PlannedStage,
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

export interface Enricher extends StageHost {
  /** Goes over to other flows while events flow, or says why it must be started anew for them. */
  reload(next: Flows, before: Flows): Promise<readonly string[]>;
}

export function createEnricher(options: EnricherOptions): Enricher {
  const { connectors, broker, serde, bodies, settings, logger, metrics, now } = options;
  const { bodyBudgetBytes } = settings;
  const known = tablesOf(options.flows);
  const tables = createReferenceTables({
    broker,
    serde,
    tables: known,
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
  const planOf = (flows: Flows): readonly PlannedStage[] => [
    ...(Object.keys(flows.sources).length === 0
      ? []
      : [
          {
            group: groupOf('normalise'),
            version: versionOf(flows.sources),
            make: () =>
              guarded(normalisePipeline({ instances: flows.sources, connectors, bodies, bodyBudgetBytes, now })),
          },
        ]),
    ...flowList(flows)
      .filter(enriches)
      .map((flow) => ({
        group: groupOf('enrich', { flow: flow.name }),
        version: versionOf({ ...flow, classify: [], deliver: [] }),
        make: () => guarded(enrichPipeline({ flow, tables, expressions, now })),
      })),
  ];
  const host = createStageHost({
    ...options,
    name: 'enricher',
    groups: options.flows.stages.filter(({ service }) => service === 'enricher').map(({ group }) => group),
    openStages: async (closing) => {
      await tables.open(closing);
      return planOf(options.flows).map(({ make, version }) => ({ ...make(), version }));
    },
    closeShared: () => Promise.all([tables.close(), expressions.close()]),
  });
  return {
    ...host,
    checks: [{ name: 'reference-tables', ready: () => tables.readiness() }, ...host.checks],
    async reload(next, before) {
      const unread = tablesOf(next).filter((table) => !known.includes(table));
      const reasons = [
        ...stageRestarts('enricher', before, next),
        ...unread.map((table) => `reference table ${table} is read from its start on`),
      ];
      if (reasons.length === 0) await host.replace(planOf(next));
      return reasons;
    },
  };
}

const tablesOf = (flows: Flows): readonly string[] => [
  ...new Set(flowList(flows).flatMap(({ enrich }) => enrich.map(({ table }) => table))),
];
