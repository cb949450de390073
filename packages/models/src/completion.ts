import { CodedError, deadLetter } from '@millrace/messaging';
import { z } from 'zod';
import type { Judgement, ModelIdentity, Taxonomy } from './model.ts';

const completion = z.object({
  label: z.string().nullable(),
  confidence: z.number().min(0).max(1),
  reason: z.string().max(500).nullish(),
  text: z.string().max(4_000).nullish(),
});

/**
 * What a generative model said, as a judgement: the one way from free text to a label.
 * Strict: a label outside the taxonomy, a confidence that is none, or anything that is not the object asked for is
 * `X_MODEL_MALFORMED`, a dead letter, because the same model over the same text would be paid to say it again.
 */
export function parseCompletion(said: string, { labels }: Taxonomy, model: ModelIdentity): Judgement {
  const { label, confidence, reason = null, text = null } = read(said);
  if (label === null) {
    return {
      label,
      decision: 'abstained',
      confidence,
      reason: reason ?? 'the model chose no label',
      text: null,
      contributions: [],
      model,
    };
  }
  if (labels.length > 0 && !labels.includes(label)) throw malformed(`a label that is not one of ${labels.join(', ')}`);
  return { label, decision: 'accepted', confidence, reason, text, contributions: [], model };
}

function read(said: string): z.infer<typeof completion> {
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
  const parsed = completion.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(`an object without a proper ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`);
}

/** Never what the model said: it may repeat the customer. */
function malformed(what: string, cause?: unknown): CodedError {
  return new CodedError('X_MODEL_MALFORMED', `expected a JSON object with label and confidence, got ${what}`, {
    disposition: deadLetter,
    step: 'validate',
    refusal: { scope: 'record', answer: 'malformed' },
    // A syntax error quotes what it stumbled over.
    cause: cause instanceof Error ? cause.name : undefined,
  });
}
