import type { Delivery } from '../envelope.ts';
import { type Tier, tiers } from '../headers/retry.ts';
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
}

/**
 * One pure decision. In the process first, with full jitter; then each tier once; then the dead letters.
 * - A wait the destination asked for is kept: in the process when it fits there, else in a tier at least as long;
 *   longer than the last tier, it passes that one again and the pass is not counted.
 * - Through the lane: no tiers, the operator is watching and needs the verdict now.
 * - What holds up its partition tries no more in the process.
 * - Unforeseen errors: one pass through the first tier, in case it was the weather.
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
  const mayStay = !failure.isUnforeseen && !(tried.holdsUp && tried.through !== 'lane');
  if (mayStay && tried.tries <= settings.inProcessTries && askedMs <= settings.inProcessCapMs) {
    const ceiling = Math.min(settings.inProcessCapMs, settings.inProcessBaseMs * 5 ** (tried.tries - 1));
    return { kind: 'again', afterMs: Math.max(askedMs, Math.floor(random() * ceiling)) };
  }
  if (tried.through === 'lane') return { kind: 'dead-letter' };

  const into = (tier: Tier, next: number): Placement => ({
    kind: 'tier',
    tier,
    attempt: next,
    notBefore: now + tierDelayMs(settings, tier),
  });
  const last = tiers.length - 1;
  if (askedMs > tierDelayMs(settings, tiers[last] as Tier)) return into(tiers[last] as Tier, attempt);
  if (attempt >= (failure.isUnforeseen ? 1 : tiers.length)) return { kind: 'dead-letter' };
  const asked = tiers.findIndex((tier) => tierDelayMs(settings, tier) >= askedMs);
  return into(tiers[Math.max(attempt, asked)] as Tier, attempt + 1);
}
