import type { CanonicalEntity, EntityClassified, EntityEnriched, Topic } from '@millrace/contracts';
import type { MaskedText } from '@millrace/dlp';
import { type Expressions, expressionView, type Flow, FlowError, flowTopics, groupOf, isTrue } from '@millrace/flows';
import {
  CodedError,
  deadLetter,
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
  readonly flow: Pick<Flow, 'name' | 'entity' | 'from' | 'enrich' | 'classify'> &
    Partial<Pick<Flow, 'order' | 'onFailure'>>;
  readonly tasks: readonly AskedTask[];
  /** For the tasks' `when`. */
  readonly expressions: Pick<Expressions, 'evaluateAll'>;
  /** Needed as soon as one model is paid for; null otherwise, because asking again is free and gives the same answer. */
  readonly outcomes: Pick<RecordOutcomeOptions, 'store' | 'serde'> | null;
  /** Of one question to a remote model. An embedded one has its own limit per batch: waiting in line is not its fault. */
  readonly modelTimeoutMs: number;
  readonly metrics: ClassifierMetrics;
}

type Enriched = EntityEnriched<CanonicalEntity>;
type Classified = EntityClassified<CanonicalEntity>;

/** Entity with context → entity with a judgement per declared task. */
export function classifyPipeline(options: ClassifyOptions): Pipeline<Enriched> {
  const { flow } = options;
  const { enriched, classified } = flowTopics(flow);
  const name = stageName(flow);
  const paid = options.tasks.some(({ model }) => model.effect === 'paid');
  return pipeline({
    name,
    group: groupOf('classify', { flow: flow.name }),
    from: [enriched],
    through: paid ? [payOnce(name, options.outcomes, [classified])] : [],
    handle: classify(options),
    to: [classified],
    ...(flow.order === undefined ? {} : { order: flow.order }),
    ...(flow.onFailure === undefined ? {} : { onFailure: flow.onFailure }),
  });
}

/** Part of the ids of what it writes, so that two flows of one entity write two records. */
const stageName = ({ name, entity }: ClassifyOptions['flow']): string =>
  name === entity ? 'classify' : `classify.${name}`;

export function classify(options: ClassifyOptions): Handler<Enriched> {
  const { flow, metrics } = options;
  const to = flowTopics(flow).classified;
  const isConditional = options.tasks.some(({ when }) => when !== null);
  const stage = stageName(flow);
  return async ({ data, key }, signal) => {
    // Of what is gone no model sees anything, and nothing is left to judge.
    if (data.deletion !== null) {
      if (data.deletion.kind === 'permanent') await options.outcomes?.store.erase(stage, key, signal);
      return {
        outputs: [{ to, key, item: 'classified', data: { ...data, judgements: {} } }],
        outcome: { kind: 'emitted' },
      };
    }
    const tasks = isConditional ? await wanted(options, data, signal) : options.tasks;
    const answers = await askAll(buildPrompt(data), { ...options, tasks }, signal);
    const judgements = Object.fromEntries(
      tasks.map((task, at) => [task.as, parseVerdict(answers[at] as ModelJudgement, task)]),
    );
    metrics.judged(flow.name, judgements);
    // What another flow judged before stays, unless this one judges it anew.
    const before = (data as Partial<Classified>).judgements ?? {};
    const classified: Classified = { ...data, judgements: { ...before, ...judgements } };
    return {
      outputs: [{ to, key, item: 'classified', data: classified }],
      outcome: { kind: 'emitted' },
    };
  };
}

/** The tasks that this message is judged by. */
async function wanted(
  { tasks, expressions }: Pick<ClassifyOptions, 'tasks' | 'expressions'>,
  data: Enriched,
  signal: AbortSignal,
): Promise<readonly AskedTask[]> {
  const conditions = tasks.flatMap(({ when }) => (when === null ? [] : [when]));
  try {
    const answers = await expressions.evaluateAll(conditions, expressionView(data), signal);
    return tasks.filter(({ when }) => when === null || isTrue(answers[conditions.indexOf(when)]));
  } catch (cause) {
    if (!(cause instanceof FlowError)) throw cause;
    throw new CodedError('X_CLASSIFY_EXPRESSION', `a task's \`when\`: ${cause.message}`, {
      disposition: cause.isTransient ? retry() : deadLetter,
      unavailable: cause.isTransient,
      step: 'validate',
      cause,
    });
  }
}

function payOnce(stage: string, outcomes: ClassifyOptions['outcomes'], to: readonly Topic<Classified>[]): Middleware {
  if (outcomes !== null) return recordOutcome({ ...outcomes, stage, to: to as readonly Topic<unknown>[] });
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
  });
}
