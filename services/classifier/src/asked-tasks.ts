import type { Flow } from '@millrace/flows';
import { CodedError, halt } from '@millrace/messaging';
import { connectEmbeddedModels, type EmbeddedModels, type EmbeddedModelsOptions, type Model } from '@millrace/models';
import type { AskedTask } from './classify.ts';
import { planTasks } from './planned-task.ts';

export interface OpenModelsOptions
  extends Pick<EmbeddedModelsOptions, 'workers' | 'batchTimeoutMs' | 'onWorkerReplaced'> {
  /** Folder of a pack by its name. */
  readonly packFolder: (pack: string) => string;
}

/** The packs that the flows name, in the modes that they ask for. */
export function openModels(
  flows: readonly Flow[],
  { packFolder, ...options }: OpenModelsOptions,
): Promise<EmbeddedModels> {
  const packs = [...new Set(flows.flatMap((flow) => planTasks(flow).map(({ pack }) => pack)))];
  return connectEmbeddedModels({
    ...options,
    packs: Object.fromEntries(packs.map((pack) => [pack, packFolder(pack)])),
    modes: [...new Set(flows.map(({ classifyMode }) => classifyMode))],
  });
}

/** A flow's tasks, each with who answers it. Throws, coded, where nobody does. */
export function askedTasks(flow: Flow, models: Pick<EmbeddedModels, 'model'>): readonly AskedTask[] {
  const mode = flow.classifyMode;
  return planTasks(flow).map((task) => ({
    ...task,
    mode,
    model: answering(models.model(task.pack, mode), task.task, flow),
  }));
}

function answering(model: Model, task: string, { name }: Flow): Model {
  if (model.tasks.includes(task)) return model;
  throw new CodedError(
    'X_CLASSIFY_TASK_UNKNOWN',
    `flows.${name}.classify: the pack answers ${model.tasks.join(', ')}, not ${task}`,
    { disposition: halt, step: 'validate' },
  );
}
