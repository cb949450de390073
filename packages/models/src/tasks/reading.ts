import type { ClassifyMode, Contribution, Judgement, ModelIdentity } from '../model.ts';

/** One text as every task of a ticket sees it: read once, judged several times. */
export interface Reading {
  readonly text: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Per intent of the pack, in its order; calibrated. */
  readonly intents: Float64Array;
  readonly mode: ClassifyMode;
  readonly language: { readonly code: string; readonly isReliable: boolean };
  /** -1 to 1; 0 where no word of the lexicon occurs. */
  readonly sentiment: number;
}

export type Verdict = Omit<Judgement, 'model'>;

export function accepted(label: string, confidence: number, rest: Partial<Verdict> = {}): Verdict {
  return {
    label,
    decision: 'accepted',
    confidence: round(confidence),
    reason: null,
    text: null,
    contributions: [],
    ...rest,
  };
}

export function abstained(reason: string, rest: Partial<Verdict> = {}): Verdict {
  return { label: null, decision: 'abstained', confidence: 0, reason, text: null, contributions: [], ...rest };
}

/** A label that was not asked for is never said, only that there was one. */
export function outsideTaxonomy(verdict: Verdict): Verdict {
  const reason = `best label ${verdict.label} is not in the declared taxonomy`;
  return { ...verdict, label: null, decision: 'abstained', reason, text: null };
}

export function stamped(verdict: Verdict, model: ModelIdentity): Judgement {
  return { ...verdict, model };
}

/** Three digits: finer ones would differ with what shared an encoder batch, and a judgement is the same each time it is asked. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Strongest first, without the ones that say nothing. */
export function strongest(contributions: readonly Contribution[], count: number): readonly Contribution[] {
  return contributions
    .filter(({ weight }) => round(weight) !== 0)
    .map(({ feature, weight }) => ({ feature, weight: round(weight) }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.feature < b.feature ? -1 : 1))
    .slice(0, count);
}

export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
