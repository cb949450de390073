import { type DryStage, type OpenDryRun, watchedExpressions } from '@millrace/dry-run';
import { createExpressions, type Expressions, type Flow, flowList } from '@millrace/flows';
import type { Judgement, Model } from '@millrace/models';
import { askedTasks, openModels } from './asked-tasks.ts';
import type { ClassifierMetrics } from './classifier-metrics.ts';
import { type AskedTask, classifyPipeline } from './classify.ts';

const uncounted: ClassifierMetrics = {
  judged: () => undefined,
  masked: () => undefined,
  timed: (_, ask) => ask(),
};

/** The classifier's stages with their own packs on this machine. What would leave it is not asked. */
export const openDryRun: OpenDryRun = async ({ flows, packFolder }) => {
  const classifying = flowList(flows).filter(({ classify }) => classify.length > 0);
  const models = await openModels(classifying, { packFolder, workers: 1 });
  const expressions = createExpressions();
  return {
    stages: classifying.map((flow) => dryClassifyStage(flow, askedTasks(flow, models), expressions)),
    close: async () => {
      await Promise.all([models.close(), expressions.close()]);
    },
  };
};

/** One flow's stage, whoever answers its tasks. */
export function dryClassifyStage(
  flow: Flow,
  asked: readonly AskedTask[],
  expressions: Pick<Expressions, 'evaluateAll'>,
): DryStage {
  const watched = watchedExpressions(expressions);
  const unasked = asked.filter(({ model }) => model.placement === 'remote').map(({ as }) => as);
  const tasks = asked.map((task) => ({ ...task, model: atHome(task.model) }));
  return {
    pipeline: classifyPipeline({
      ...{ flow, tasks, expressions: watched, outcomes: null, metrics: uncounted },
      // Nobody is asked who could be late.
      modelTimeoutMs: Number.POSITIVE_INFINITY,
    }),
    findings: () => {
      const conditions = tasks.flatMap(({ as, when }) =>
        when === null ? [] : (watched.conditionOf(`judgement ${as}`, when) ?? []),
      );
      watched.forget();
      return {
        ...(conditions.length === 0 ? {} : { conditions }),
        ...(unasked.length === 0
          ? {}
          : { notes: [`asked of a remote model, which a dry run does not call: ${unasked.join(', ')}`] }),
      };
    },
  };
}

/** In place of a model somewhere else stands one that abstains: the text stays here, and nothing is paid. */
function atHome(model: Model): Model {
  switch (model.placement) {
    case 'embedded':
      return model;
    case 'remote':
      return {
        ...{ placement: 'embedded', effect: 'none', tasks: model.tasks },
        judge: async (): Promise<Judgement> => ({
          label: null,
          decision: 'abstained',
          confidence: 0,
          reason: 'a dry run calls no remote model',
          text: null,
          contributions: [],
          model: { name: 'none', version: '0', hash: '', method: 'dry-run' },
        }),
        isReady: () => true,
        close: async () => undefined,
      };
  }
}
