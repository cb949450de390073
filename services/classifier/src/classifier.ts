import {
  createExpressions,
  type Expressions,
  type Flow,
  type Flows,
  flowList,
  groupOf,
  stageRestarts,
  versionOf,
} from '@millrace/flows';
import {
  type Broker,
  createStageHost,
  type HeldKeys,
  type HostedStage,
  type PipelineSettings,
  type PlannedStage,
  type Serde,
  type StageHost,
} from '@millrace/messaging';
import type { EmbeddedModels } from '@millrace/models';
import { createBreaker } from '@millrace/resilience/breaker';
import { type Logger, type Metrics, names, type ReadinessState } from '@millrace/service';
import { askedTasks, openModels } from './asked-tasks.ts';
import { createClassifierMetrics } from './classifier-metrics.ts';
import { classifyPipeline } from './classify.ts';
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
    readonly expressionTimeoutMs: number;
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

export interface Classifier extends StageHost {
  /** Goes over to other flows while events flow, or says why it must be started anew for them. */
  reload(next: Flows, before: Flows): Promise<readonly string[]>;
}

/** One pipeline per flow that classifies, over models that all of them share. */
export function createClassifier(options: ClassifierOptions): Classifier {
  const flows = classifying(options.flows);
  const expressions = createExpressions({ timeoutMs: options.settings.expressionTimeoutMs });
  let models: EmbeddedModels | null = null;
  const planOf = (list: readonly Flow[], opened: EmbeddedModels): readonly PlannedStage[] =>
    list.map((flow) => ({
      group: groupOf('classify', { flow: flow.name }),
      version: versionOf({ ...flow, deliver: [] }),
      make: () => stageOf(flow, { models: opened, expressions }, options),
    }));
  const host = createStageHost({
    ...options,
    name: 'classifier',
    groups: options.flows.stages.filter(({ service }) => service === 'classifier').map(({ group }) => group),
    openStages: async () => {
      const { settings, packFolder, logger } = options;
      const opened = await openModels(flows, {
        packFolder,
        workers: settings.modelWorkers,
        batchTimeoutMs: settings.modelBatchTimeoutMs,
        onWorkerReplaced: (err) => logger.warn({ err }, names.logs.models.workerReplaced),
      });
      models = opened;
      return planOf(flows, opened).map(({ make, version }) => ({ ...make(), version }));
    },
    closeShared: () => Promise.all([models?.close(), expressions.close()]),
  });
  const model = (): ReadinessState =>
    models?.isReady() === true ? { ok: true } : { ok: false, reason: 'no worker has its packs loaded' };
  return {
    ...host,
    checks: [{ name: 'model', ready: model }, ...host.checks],
    async reload(next, before) {
      const reasons = [...stageRestarts('classifier', before, next), ...notOpened(classifying(next), flows, options)];
      if (reasons.length > 0) return reasons;
      // Nobody asks before it is open: whoever asks is opened behind it.
      if (models === null) throw new Error('the classifier is not open');
      await host.replace(planOf(classifying(next), models));
      return reasons;
    },
  };
}

const classifying = (flows: Flows): readonly Flow[] => flowList(flows).filter(({ classify }) => classify.length > 0);

/** Weights are loaded, and the store of held keys is connected, at the start. */
function notOpened(
  next: readonly Flow[],
  opened: readonly Flow[],
  { heldKeys }: Pick<ClassifierOptions, 'heldKeys'>,
): readonly string[] {
  const packs = new Set(opened.flatMap((flow) => planTasks(flow).map(({ pack }) => pack)));
  const modes = new Set(opened.map(({ classifyMode }) => classifyMode));
  return next.flatMap((flow) => [
    ...planTasks(flow).flatMap(({ task, pack }) =>
      packs.has(pack) ? [] : [`task ${task} of flow ${flow.name} asks pack ${pack}, which is loaded at its start`],
    ),
    ...(modes.has(flow.classifyMode)
      ? []
      : [`flow ${flow.name} asks in mode ${flow.classifyMode}, which is loaded at its start`]),
    ...(flow.onFailure !== 'hold-key' || heldKeys !== undefined
      ? []
      : [`flow ${flow.name} holds keys, whose store is connected at its start`]),
  ]);
}

function stageOf(
  flow: Flow,
  { models, expressions }: { readonly models: EmbeddedModels; readonly expressions: Expressions },
  options: ClassifierOptions,
): HostedStage {
  const { settings, monotonic } = options;
  const tasks = askedTasks(flow, models);
  const expected = tasks.map(({ as, task, mode }) => ({ flow: flow.name, as, task, mode }));
  const stage = classifyPipeline({
    flow,
    tasks,
    expressions,
    // Every model that can be configured today is embedded, and asking it again is free.
    outcomes: null,
    modelTimeoutMs: settings.modelTimeoutMs,
    metrics: createClassifierMetrics(options.metrics, monotonic, expected),
  });
  return { pipeline: stage, breaker: createBreaker({ openMs: settings.breakerOpenMs, now: monotonic }) };
}
