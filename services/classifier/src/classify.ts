import {
  type CanonicalEntity,
  type EntityClassified,
  type EntityDefinition,
  type EntityEnriched,
  type EntityName,
  entities,
  type Topic,
} from '@millrace/contracts';
import type { MaskedText } from '@millrace/dlp';
import { classifyGroup } from '@millrace/flows';
import {
  CodedError,
  type Handler,
  halt,
  type Middleware,
  type Pipeline,
  pipeline,
  type RecordOutcomeOptions,
  recordOutcome,
  retry,
} from '@millrace/messaging';
import type { ClassifyMode, Model, Judgement as ModelJudgement } from '@millrace/models';
import type { ClassifierMetrics } from './classifier-metrics.ts';
import type { PlannedTask } from './planned-task.ts';
import { buildPrompt, maskPrompt, type Prompt } from './prompt.ts';
import { withTimeLimit } from './time-limit.ts';
import { parseVerdict } from './verdict.ts';

/** A task and who answers it. */
export interface AskedTask extends PlannedTask {
  readonly model: Model;
  readonly mode: ClassifyMode;
}

export interface ClassifyOptions {
  readonly entity: EntityName;
  readonly tasks: readonly AskedTask[];
  /** The flow's; the ordinary one when absent. */
  readonly ordering?: Pick<Pipeline<Enriched>, 'order' | 'onFailure'>;
  /** Needed as soon as one model is paid for; null otherwise, because asking again is free and gives the same answer. */
  readonly outcomes: Pick<RecordOutcomeOptions, 'store' | 'serde'> | null;
  /** Of one question to a remote model. An embedded one has its own limit per batch: waiting in line is not its fault. */
  readonly modelTimeoutMs: number;
  readonly metrics: ClassifierMetrics;
}

const name = 'classify';

type Enriched = EntityEnriched<CanonicalEntity>;
type Classified = EntityClassified<CanonicalEntity>;

/** Entity with context → entity with a judgement per declared task. */
export function classifyPipeline(options: ClassifyOptions): Pipeline<Enriched> {
  const entity: EntityDefinition<CanonicalEntity> = entities[options.entity];
  const to = [entity.classified];
  return pipeline({
    name,
    group: classifyGroup(options.entity),
    from: [entity.enriched],
    through: options.tasks.some(({ model }) => model.effect === 'paid') ? [payOnce(options.outcomes, to)] : [],
    handle: classify(options),
    to,
    ...options.ordering,
  });
}

export function classify(options: ClassifyOptions): Handler<Enriched> {
  const { tasks, metrics } = options;
  const entity: EntityDefinition<CanonicalEntity> = entities[options.entity];
  return async ({ data, key }, signal) => {
    const answers = await askAll(buildPrompt(data), options, signal);
    const judgements = Object.fromEntries(
      tasks.map((task, at) => [task.task, parseVerdict(answers[at] as ModelJudgement, task)]),
    );
    metrics.judged(options.entity, judgements);
    const classified: Classified = { ...data, judgements };
    return {
      outputs: [{ to: entity.classified, key, item: 'classified', data: classified }],
      outcome: { kind: 'emitted' },
    };
  };
}

function payOnce(outcomes: ClassifyOptions['outcomes'], to: readonly Topic<Classified>[]): Middleware {
  if (outcomes !== null) return recordOutcome({ ...outcomes, stage: name, to: to as readonly Topic<unknown>[] });
  throw new CodedError('X_CLASSIFY_OUTCOMES_MISSING', 'a model whose answers are paid for needs a store of outcomes', {
    disposition: halt,
  });
}

/** All tasks of a message at once, under one signal: an embedded model reads the text once for all of them. */
function askAll(
  prompt: Prompt,
  { tasks, metrics, modelTimeoutMs }: ClassifyOptions,
  signal: AbortSignal,
): Promise<readonly ModelJudgement[]> {
  let masked: Prompt<MaskedText> | null = null;
  const maskOnce = (): Prompt<MaskedText> => {
    if (masked !== null) return masked;
    const made = maskPrompt(prompt);
    metrics.masked(made.counts);
    masked = made.prompt;
    return masked;
  };
  const ask = ({ model, task, taxonomy }: AskedTask): Promise<ModelJudgement> => {
    switch (model.placement) {
      case 'embedded':
        return model.judge({ task, taxonomy, ...prompt }, signal);
      case 'remote': {
        const question = { task, taxonomy, ...maskOnce() };
        const limit = { ms: modelTimeoutMs, onLate: () => late(task) };
        return withTimeLimit((limited) => model.judge(question, limited), limit, signal);
      }
    }
  };
  return Promise.all(tasks.map((task) => metrics.timed(task, () => ask(task))));
}

function late(task: string): CodedError {
  return new CodedError('X_CLASSIFY_MODEL_TIMEOUT', `the model did not answer task ${task} in time`, {
    disposition: retry(),
    unavailable: true,
  });
}
