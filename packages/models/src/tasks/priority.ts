import { z } from 'zod';
import type { PackManifest } from '../embedded/manifest.ts';
import type { Contribution } from '../model.ts';
import { abstained, accepted, hasWords, type Reading, strongest, type Verdict } from './reading.ts';

/** Points for words that occur, once per group however often they do. */
export interface PhraseGroup {
  readonly feature: string;
  readonly points: number;
  /** Whole words or phrases, lower case. */
  readonly phrases: readonly string[];
}

/**
 * A published scorecard: points that anyone can read, argue about and change. No claim of learnt quality is made,
 * because no public data backs one.
 */
export interface Scorecard {
  readonly version: string;
  readonly base: number;
  readonly phrases: readonly PhraseGroup[];
  /** Points for a certain intent; an uncertain one counts by its probability. */
  readonly intents: Readonly<Record<string, number>>;
  /** Fact name → value (lower case) → points; `account.tier` and what else the flow looked up. */
  readonly facts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Points at the lexicon's most negative and most positive. */
  readonly sentiment: { readonly negative: number; readonly positive: number };
  /** The least total of each label; below `normal` it is low. */
  readonly bands: { readonly normal: number; readonly high: number; readonly urgent: number };
}

export const scorecard: z.ZodType<Scorecard> = z.strictObject({
  version: z.string().min(1),
  base: z.number(),
  phrases: z.array(
    z.strictObject({ feature: z.string(), points: z.number(), phrases: z.array(z.string().min(1)).min(1) }),
  ),
  intents: z.record(z.string(), z.number()),
  facts: z.record(z.string(), z.record(z.string(), z.number())),
  sentiment: z.strictObject({ negative: z.number(), positive: z.number() }),
  bands: z.strictObject({ normal: z.number(), high: z.number(), urgent: z.number() }),
});

export function judgePriority(reading: Reading, card: Scorecard, manifest: Pick<PackManifest, 'intents'>): Verdict {
  if (!hasWords(reading.text)) return abstained('the text has no words');
  const contributions = scoreOf(reading, card, manifest);
  const total = contributions.reduce((sum, { weight }) => sum + weight, 0);
  const shown = strongest(contributions, 8);
  return accepted(labelOf(total, card.bands), confidenceOf(total, card.bands), {
    contributions: shown,
  });
}

function scoreOf(reading: Reading, card: Scorecard, manifest: Pick<PackManifest, 'intents'>): readonly Contribution[] {
  const text = ` ${reading.text.toLowerCase().replace(/[^\p{L}\p{N}']+/gu, ' ')} `;
  const words = card.phrases
    .filter(({ phrases }) => phrases.some((phrase) => text.includes(` ${phrase} `)))
    .map(({ feature, points }) => ({ feature: `words:${feature}`, weight: points }));
  const intents = manifest.intents.flatMap((intent, at): Contribution[] => {
    const points = card.intents[intent] ?? 0;
    return points === 0 ? [] : [{ feature: `intent:${intent}`, weight: points * (reading.intents[at] ?? 0) }];
  });
  const facts = reading.facts.map(({ name, value }) => ({
    feature: `fact:${name}=${value.toLowerCase()}`,
    weight: card.facts[name]?.[value.toLowerCase()] ?? 0,
  }));
  const side = reading.sentiment < 0 ? card.sentiment.negative : card.sentiment.positive;
  const sentiment = { feature: 'sentiment', weight: Math.abs(reading.sentiment) * side };
  return [{ feature: 'base', weight: card.base }, ...words, ...intents, ...facts, sentiment];
}

function labelOf(total: number, bands: Scorecard['bands']): string {
  if (total >= bands.urgent) return 'urgent';
  if (total >= bands.high) return 'high';
  return total >= bands.normal ? 'normal' : 'low';
}

/** How far the total is from the nearest border: 0.5 on it, 1 two points away. Ordinal, not a probability. */
function confidenceOf(total: number, bands: Scorecard['bands']): number {
  const distance = Math.min(...Object.values(bands).map((border) => Math.abs(total - border)));
  return 0.5 + Math.min(1, distance / 2) / 2;
}
