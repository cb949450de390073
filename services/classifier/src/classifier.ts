import { classifyGroup, type Flow, type Flows, flowList } from '@millrace/flows';
import {
  type Breaker,
  type Broker,
  CodedError,
  type ControlReader,
  controlReader,
  type HeldKeys,
  halt,
  type PipelineRun,
  type PipelineSettings,
  type Producer,
  runPipeline,
  type Serde,
} from '@millrace/messaging';
import { type ClassifyMode, connectEmbeddedModels, type EmbeddedModels, type Model } from '@millrace/models';
import { createBreaker } from '@millrace/resilience/breaker';
import {
  instanceOf,
  type Logger,
  type Metrics,
  names,
  type Part,
  type Readiness,
  type ReadinessState,
} from '@millrace/service';
import { createClassifierMetrics } from './classifier-metrics.ts';
import { type AskedTask, classifyPipeline } from './classify.ts';
import { planTasks } from './planned-task.ts';

export interface ClassifierOptions {
  readonly flows: Flows;
  /** Folder of a pack by its name. */
  readonly packFolder: (pack: string) => string;
  readonly broker: Broker;
  readonly serde: Serde;
  readonly settings: PipelineSettings & {
    readonly graceMs: number;
    readonly ordinal: number | undefined;
    readonly modelWorkers: number;
    readonly modelBatchTimeoutMs: number;
    readonly modelTimeoutMs: number;
    readonly breakerOpenMs: number;
  };
  /** Needed where a flow holds keys. */
  readonly heldKeys?: HeldKeys;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** Ends the process in order. */
  readonly fatal: (error: Error) => void;
}

/** One pipeline per flow that classifies, over models that all of them share. */
export interface Classifier extends Part {
  readonly checks: readonly Readiness[];
  /** Those that run; empty before `open`. */
  runs(): readonly PipelineRun[];
}

/** Left of the grace period after draining: for committing, leaving the groups, closing producer and workers. */
const closingMs = 5_000;

export function createClassifier(options: ClassifierOptions): Classifier {
  const { broker, serde, settings, logger } = options;
  const flows = flowList(options.flows).filter(({ classify }) => classify.length > 0);
  let models: EmbeddedModels | null = null;
  let producer: Producer | null = null;
  let control: ControlReader | null = null;
  let running: readonly Running[] = [];

  return {
    name: 'classifier',
    checks: [
      {
        name: 'model',
        ready: () => (models?.isReady() ? { ok: true } : { ok: false, reason: 'no worker has its packs loaded' }),
      },
      ...flows.map(({ entity }) => ({
        name: classifyGroup(entity),
        ready: () => readinessOf(running, classifyGroup(entity)),
      })),
    ],
    runs: () => running.map(({ run }) => run),
    async open() {
      const opened = await openModels(flows, options);
      models = opened;
      producer = await broker.createProducer();
      const parts = { models: opened, producer };
      running = flows.map((flow) => startFlow(flow, parts, options));
      const runs = running.map(({ run }) => run);
      control = controlReader({ broker, serde, runs, logger });
      await Promise.all([control, ...runs].map((one) => one.start()));
    },
    async close() {
      await control?.close();
      const deadline = AbortSignal.timeout(Math.max(0, settings.graceMs - closingMs));
      await Promise.all(running.map(({ run }) => run.drain(deadline)));
      await Promise.all(running.map(({ run }) => run.close()));
      for (const { breaker } of running) breaker.close();
      await producer?.close();
      await models?.close();
    },
  };
}

interface Running {
  readonly run: PipelineRun;
  readonly breaker: Breaker;
}

function openModels(
  flows: readonly Flow[],
  { packFolder, settings, logger }: ClassifierOptions,
): Promise<EmbeddedModels> {
  const packs = [...new Set(flows.flatMap((flow) => planTasks(flow).map(({ pack }) => pack)))];
  return connectEmbeddedModels({
    packs: Object.fromEntries(packs.map((pack) => [pack, packFolder(pack)])),
    modes: [...new Set(flows.map(({ classifyMode }) => classifyMode))],
    workers: settings.modelWorkers,
    batchTimeoutMs: settings.modelBatchTimeoutMs,
    onWorkerReplaced: (err) => logger.warn({ err }, names.logs.models.workerReplaced),
  });
}

function startFlow(
  flow: Flow,
  { models, producer }: { readonly models: EmbeddedModels; readonly producer: Producer },
  options: ClassifierOptions,
): Running {
  const { broker, serde, settings, logger, monotonic, fatal } = options;
  const breaker = createBreaker({ openMs: settings.breakerOpenMs, now: monotonic });
  const tasks = planTasks(flow).map((task): AskedTask => {
    const mode: ClassifyMode = flow.classifyMode;
    return { ...task, mode, model: answering(models.model(task.pack, mode), task.task, flow) };
  });
  const expected = tasks.map(({ task, mode }) => ({ flow: flow.entity, task, mode }));
  const stage = classifyPipeline({
    entity: flow.entity,
    ordering: { order: flow.order, onFailure: flow.onFailure },
    tasks,
    // Every model that can be configured today is embedded, and asking it again is free.
    outcomes: null,
    modelTimeoutMs: settings.modelTimeoutMs,
    metrics: createClassifierMetrics(options.metrics, monotonic, expected),
  });
  const run = runPipeline(stage, {
    broker,
    producer,
    serde,
    settings,
    logger,
    metrics: options.metrics,
    breaker,
    ...(options.heldKeys === undefined ? {} : { heldKeys: options.heldKeys }),
    ...instanceOf('classifier', settings.ordinal),
    onFatal: fatal,
  });
  return { run, breaker };
}

function answering(model: Model, task: string, { entity }: Flow): Model {
  if (model.tasks.includes(task)) return model;
  throw new CodedError(
    'X_CLASSIFY_TASK_UNKNOWN',
    `flows.${entity}.classify: the pack answers ${model.tasks.join(', ')}, not ${task}`,
    { disposition: halt, step: 'validate' },
  );
}

function readinessOf(running: readonly Running[], group: string): ReadinessState {
  const run = running.find((one) => one.run.group === group)?.run;
  if (run?.isReady()) return { ok: true };
  const { state, code } = run?.state() ?? { state: 'starting', code: null };
  return { ok: false, reason: code === null ? state : `${state}: ${code}` };
}
