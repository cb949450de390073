import { type RetryTier, retryTiers } from '@millrace/contracts';
import type { HeaderPair } from '../broker.ts';
import { headerNumber, headerText, internedText, numberHeader } from './pairs.ts';

/** As topics.yaml declares them; the deadline travels in the record. */
export const tiers: readonly [RetryTier, ...RetryTier[]] = retryTiers;
export type Tier = RetryTier;

export interface RetryFacts {
  /** Tiers passed, this one included. A repeat of the last for a long Retry-After is not counted (`longestDelayMs`). */
  readonly attempt: number;
  /** Epoch milliseconds before which no try makes sense. */
  readonly notBefore: number;
  readonly tier: Tier;
}

export const retryHeaderNames: ReadonlySet<string> = new Set(['retry.attempt', 'retry.not-before', 'retry.tier']);

export function retryHeaders(facts: RetryFacts): HeaderPair[] {
  return [
    ['retry.attempt', internedText(String(facts.attempt))],
    numberHeader('retry.not-before', facts.notBefore),
    ['retry.tier', internedText(facts.tier)],
  ];
}

/** Null when the record is not a tier's copy. */
export function readRetry(headers: readonly HeaderPair[]): RetryFacts | null {
  const attempt = headerNumber(headers, 'retry.attempt');
  const notBefore = headerNumber(headers, 'retry.not-before');
  const tier = tiers.find((name) => name === headerText(headers, 'retry.tier'));
  return attempt === null || notBefore === null || tier === undefined ? null : { attempt, notBefore, tier };
}
