import type { Judgement as Stated } from '@millrace/contracts';
import type { Judgement } from '@millrace/models';
import type { PlannedTask } from './planned-task.ts';

/**
 * What the record will say. A model's word counts only inside the declared taxonomy and from the declared threshold up;
 * everything else is an abstention that says why. Pure and total: an answer that makes no sense abstains too.
 */
export function parseVerdict(
  answer: Judgement,
  { taxonomy, threshold }: Pick<PlannedTask, 'taxonomy' | 'threshold'>,
): Stated {
  const confidence = Number.isFinite(answer.confidence) ? Math.min(1, Math.max(0, answer.confidence)) : 0;
  const stated: Stated = {
    label: answer.label,
    decision: answer.decision,
    confidence,
    reason: answer.reason,
    text: answer.text,
    contributions: answer.contributions.filter(({ weight }) => Number.isFinite(weight)),
    model: answer.model,
  };
  if (stated.decision === 'abstained') return { ...stated, text: null };
  if (stated.label === null) return abstain(stated, 'the model accepted without a label');
  if (taxonomy.labels.length > 0 && !taxonomy.labels.includes(stated.label)) {
    return abstain({ ...stated, label: null }, `the model's label is not one of ${taxonomy.labels.join(', ')}`);
  }
  if (!Number.isFinite(answer.confidence)) return abstain(stated, 'the model gave no confidence');
  return confidence < threshold ? abstain(stated, `confidence is below the flow's threshold of ${threshold}`) : stated;
}

/** A text is suggested only by an accepted judgement. */
function abstain(stated: Stated, reason: string): Stated {
  return { ...stated, decision: 'abstained', reason, text: null };
}
