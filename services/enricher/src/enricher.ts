import type { Source } from '@millrace/connectors/source';
import { createExpressions, enrichGroup, type Flow, type Flows, flowList, normaliseGroup } from '@millrace/flows';
import {
  type BodyStore,
  type Breaker,
  type Broker,
  type ControlReader,
  controlReader,
  type HeldKeys,
  type Pipeline,
  type PipelineRun,
  type PipelineSettings,
  type Producer,
  type RunOptions,
  runPipeline,
  type Serde,
} from '@millrace/messaging';
import { createBreaker } from '@millrace/resilience/breaker';
import { instanceOf, type Logger, type Metrics, type Part, type Readiness } from '@millrace/service';
import { enrichPipeline } from './enrich.ts';
import { normalisePipeline } from './normalise.ts';
import { createReferenceTables } from './reference-tables.ts';

export interface EnricherOptions {
  readonly flows: Flows;
  /** Connectors by name. */
  readonly connectors: Readonly<Record<string, Source>>;
  readonly broker: Broker;
  readonly serde: Serde;
  readonly bodies: Pick<BodyStore, 'get'>;
  /** Needed where a flow holds keys. */
  readonly heldKeys?: HeldKeys;
  readonly settings: PipelineSettings & {
    readonly graceMs: number;
    readonly ordinal: number | undefined;
    readonly breakerOpenMs: number;
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

/** Every stage of the service, to be opened and closed as one. */
export interface Enricher extends Part {
  readonly checks: readonly Readiness[];
  /** Those that run; empty before `open`. */
  runs(): readonly PipelineRun[];
}

/** Left of the grace period after draining: for committing, leaving the groups and closing the producer. */
const closingMs = 5_000;

export function createEnricher(options: EnricherOptions): Enricher {
  const { flows, connectors, broker, serde, bodies, settings, logger, metrics, now } = options;
  const tables = createReferenceTables({
    broker,
    serde,
    tables: [...new Set(flowList(flows).flatMap(({ enrich }) => enrich.map(({ table }) => table)))],
    logger,
    metrics,
    refreshTimeoutMs: settings.tableRefreshTimeoutMs,
  });
  const expressions = createExpressions({ timeoutMs: settings.expressionTimeoutMs });
  const closing = new AbortController();
  let producer: Producer | undefined;
  let runs: readonly PipelineRun[] = [];
  const breakers: Breaker[] = [];
  let control: ControlReader | undefined;

  /** Behind a breaker of its own: with the body store or the registry away a pipeline waits, and fills no tiers. */
  const guarded = <T>(stage: Pipeline<T>, run: RunOptions): PipelineRun => {
    const breaker = createBreaker({ openMs: settings.breakerOpenMs });
    breakers.push(breaker);
    return runPipeline(stage, { ...run, breaker });
  };
  const start = (run: RunOptions): readonly PipelineRun[] => [
    guarded(normalisePipeline({ instances: flows.sources, connectors, bodies, now }), run),
    ...flowList(flows).map((flow: Flow) => guarded(enrichPipeline({ flow, tables, expressions, now }), run)),
  ];
  const stateOf = (group: string): Readiness => ({
    name: group,
    ready: () => readinessOf(runs.find((run) => run.group === group)),
  });

  return {
    name: 'enricher',
    checks: [
      { name: 'reference-tables', ready: () => tables.readiness() },
      ...[normaliseGroup, ...flowList(flows).map(({ entity }) => enrichGroup(entity))].map(stateOf),
    ],
    runs: () => runs,
    open: async () => {
      producer = await broker.createProducer();
      await tables.open(closing.signal);
      runs = start({
        broker,
        producer,
        serde,
        settings,
        logger,
        metrics,
        ...(options.heldKeys === undefined ? {} : { heldKeys: options.heldKeys }),
        ...instanceOf('enricher', settings.ordinal),
        onFatal: options.fatal,
      });
      control = controlReader({ broker, serde, runs, logger });
      await Promise.all([control, ...runs].map((one) => one.start()));
    },
    close: async () => {
      closing.abort(new Error('the enricher is closing'));
      await control?.close();
      const deadline = AbortSignal.timeout(Math.max(0, settings.graceMs - closingMs));
      await Promise.all(runs.map((run) => run.drain(deadline)));
      await Promise.all(runs.map((run) => run.close()));
      for (const breaker of breakers) breaker.close();
      await producer?.close();
      await Promise.all([tables.close(), expressions.close()]);
    },
  };
}

function readinessOf(run: PipelineRun | undefined): { readonly ok: boolean; readonly reason?: string } {
  if (run?.isReady()) return { ok: true };
  const { state, code } = run?.state() ?? { state: 'starting', code: null };
  return { ok: false, reason: code === null ? state : `${state}: ${code}` };
}
