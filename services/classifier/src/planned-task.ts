import type { Flow } from '@millrace/flows';
import { CodedError, halt } from '@millrace/messaging';
import type { Taxonomy } from '@millrace/models';

/** One judgement that a flow asks for, with everything that the file leaves open filled in. */
export interface PlannedTask {
  readonly task: string;
  /** Name of the judgement. */
  readonly as: string;
  /** JSONata over entity and context: judged only when true; null judges all. */
  readonly when: string | null;
  readonly pack: string;
  readonly taxonomy: Taxonomy;
  /** Accept only from this confidence up, on top of the model's own thresholds; 0 leaves it to the model. */
  readonly threshold: number;
}

/** Pack of a flow that names none. */
export const defaultPack = 'support';

/**
 * A task without a pack uses the one that the flow's other tasks name (the first), so that priority and reply
 * speak of the same intents as category.
 */
export function planTasks(flow: Pick<Flow, 'name' | 'classify'>): readonly PlannedTask[] {
  const usual = flow.classify.find(({ pack }) => pack !== null)?.pack ?? defaultPack;
  return flow.classify.map(({ task, as, when, pack, settings }) => {
    const { labels = [], threshold = 0, ...unknown } = settings;
    const problem =
      Object.keys(unknown)[0] ?? (isLabels(labels) ? null : 'labels') ?? (isShare(threshold) ? null : 'threshold');
    if (problem !== null || !isLabels(labels) || !isShare(threshold))
      throw wrongSetting(flow.name, task, problem ?? '');
    return { task, as, when, pack: pack ?? usual, taxonomy: { labels }, threshold };
  });
}

function isLabels(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((label) => typeof label === 'string');
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function wrongSetting(flow: string, task: string, problem: string): CodedError {
  return new CodedError(
    'X_CLASSIFY_TASK_SETTINGS',
    `flows.${flow}.classify: task ${task} has \`${problem}\`; it may have labels (a list of text) and threshold (0 to 1)`,
    { disposition: halt, step: 'validate' },
  );
}
