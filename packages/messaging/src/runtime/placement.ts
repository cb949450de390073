import type { Delivery } from '../envelope.ts';
import { type Tier, tiers } from '../headers/retry.ts';
import type { OnFailure } from '../pipeline.ts';
import type { Failure } from './failure.ts';
import { type PipelineSettings, tierDelayMs } from './settings.ts';

/** Where a record goes after a failed try that counts. */
export type Placement =
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'tier'; readonly tier: Tier; readonly attempt: number; readonly notBefore: number }
  | { readonly kind: 'dead-letter' }
  | { readonly kind: 'halt' };

export interface FailedTry {
  readonly failure: Failure;
  readonly through: Delivery['through'];
  /** Tiers passed before this delivery. */
  readonly attempt: number;
  /** Tries of this delivery that counted, this one included. */
  readonly tries: number;
  /** It is the oldest of its partition, and so much is finished behind it that nothing more is fetched. */
  readonly holdsUp: boolean;
  readonly onFailure: OnFailure;
  /** How long it has been tried in place, where its pipeline keeps the order through failures. */
  readonly blockedMs: number;
  /** Since it failed for the first time, whatever tiers it passed since. */
  readonly failingMs: number;
}

/**
 * One pure decision. In the process first, with full jitter; then each tier once; then the dead letters.
 * - A wait the destination asked for is kept: in the process when it fits there, else in a tier at least as long;
 *   longer than the last tier, it passes that one again and the pass is not counted, for `longestDelayMs` in all.
 * - Through the lane: no tiers, the operator is watching and needs the verdict now.
 * - What holds up its partition tries no more in the process.
 * - Unforeseen errors: one pass through the first tier, in case it was the weather.
 * - Where the order is kept through failures: no tiers, because what comes back from one comes behind newer records.
 */
export function placeFailure(
  tried: FailedTry,
  settings: PipelineSettings,
  now: number,
  random: () => number,
): Placement {
  const { failure, attempt } = tried;
  if (failure.disposition.kind !== 'retry') return { kind: failure.disposition.kind };
  const askedMs = failure.disposition.afterMs ?? 0;
  if (tried.onFailure !== 'tiers' && tried.through !== 'lane') return placeInOrder(tried, askedMs, settings, random);
  const mayStay = !failure.isUnforeseen && !(tried.holdsUp && tried.through !== 'lane');
  if (mayStay && tried.tries <= settings.inProcessTries && askedMs <= settings.inProcessCapMs) {
    return { kind: 'again', afterMs: Math.max(askedMs, jitter(tried.tries, settings, random)) };
  }
  if (tried.through === 'lane') return { kind: 'dead-letter' };

  const into = (tier: Tier, next: number): Placement => ({
    kind: 'tier',
    tier,
    attempt: next,
    notBefore: now + tierDelayMs(settings, tier),
  });
  const last = tiers.length - 1;
  if (askedMs > tierDelayMs(settings, tiers[last] as Tier)) {
    return tried.failingMs < settings.longestDelayMs ? into(tiers[last] as Tier, attempt) : { kind: 'dead-letter' };
  }
  if (attempt >= (failure.isUnforeseen ? 1 : tiers.length)) return { kind: 'dead-letter' };
  const asked = tiers.findIndex((tier) => tierDelayMs(settings, tier) >= askedMs);
  return into(tiers[Math.max(attempt, asked)] as Tier, attempt + 1);
}

/**
 * In place, for `blockMs` in all, and its key waits; then a dead letter. At once when the destination asks for more than
 * is left, or when so much is finished behind it that it stops its partition. A defect gets the ordinary tries only.
 */
function placeInOrder(tried: FailedTry, askedMs: number, settings: PipelineSettings, random: () => number): Placement {
  const leftMs = settings.blockMs - tried.blockedMs;
  const isOver =
    leftMs <= 0 || askedMs > leftMs || (tried.failure.isUnforeseen && tried.tries > settings.inProcessTries);
  if (isOver || tried.holdsUp) return { kind: 'dead-letter' };
  return { kind: 'again', afterMs: Math.min(leftMs, Math.max(askedMs, jitter(tried.tries, settings, random))) };
}

function jitter(tries: number, settings: PipelineSettings, random: () => number): number {
  return Math.floor(random() * Math.min(settings.inProcessCapMs, settings.inProcessBaseMs * 5 ** (tries - 1)));
}
