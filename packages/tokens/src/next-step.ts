import { renewedAfterMs } from '@millrace/resilience/token-source';
import type { TokenGrant } from './token-grant.ts';
import type { StoredTokens, TokenSet } from './token-store.ts';

/** What a process does next about a token, by what is stored. */
export type NextStep =
  | { readonly step: 'serve'; readonly isDue: boolean }
  | { readonly step: 'wait' }
  | { readonly step: 'renew'; readonly followsRefusal: boolean }
  | { readonly step: 'abandon' }
  | { readonly step: 'exhaust' }
  | { readonly step: 'fail'; readonly why: 'needs-authorisation' | 'resting' | 'unwanted' };

export interface NextStepOptions {
  readonly kind: TokenGrant['kind'];
  /** The version that was shown and not wanted. */
  readonly refusedVersion: number | null;
  /** 0 to 1, of this process: not all of them find a token due at once. */
  readonly jitter: number;
}

/** A token that follows a refused one and is refused too is given this long. */
export const refusalRestMs = 60_000;
const widestJitter = 0.05;

/**
 * Pure and total. A token that is still good is served while a new one cannot be had, whatever the reason; a refresh token
 * that may be good once is never shown while the fate of an earlier showing is unknown to whoever is alive.
 */
export function nextStep(stored: StoredTokens | null, options: NextStepOptions): NextStep {
  if (stored === null) return options.kind === 'alone' ? renew(false) : { step: 'fail', why: 'needs-authorisation' };
  const isRefused = stored.version === options.refusedVersion;
  const isGood = stored.tokens !== null && !isRefused && (stored.lifeMs === null || stored.ageMs < stored.lifeMs);
  if (isGood && !isDue(stored, options)) return { step: 'serve', isDue: false };
  const hindered = whatHinders(stored, options, isRefused);
  if (hindered === null) return renew(isRefused);
  const mayServe = hindered.step === 'wait' || hindered.step === 'fail' || hindered.step === 'exhaust';
  return isGood && mayServe ? { step: 'serve', isDue: true } : hindered;
}

function whatHinders(stored: StoredTokens, { kind }: NextStepOptions, isRefused: boolean): NextStep | null {
  if (stored.state === 'needs-reauthorisation') return { step: 'fail', why: 'needs-authorisation' };
  if (stored.renewal !== null && !stored.renewal.isOver) return { step: 'wait' };
  if (stored.renewal !== null && kind === 'rotating') return { step: 'abandon' };
  if (stored.restMs > 0) return { step: 'fail', why: 'resting' };
  if (isRefused && stored.followsRefusal && stored.ageMs < refusalRestMs) return { step: 'fail', why: 'unwanted' };
  if (kind !== 'alone' && (stored.tokens?.refreshToken ?? null) === null) return { step: 'exhaust' };
  return null;
}

/** An age below 0 is one of a clock that was set back: how much is left cannot be told. */
const isDue = (stored: StoredTokens, options: NextStepOptions): boolean =>
  stored.ageMs < 0 || dueInMs(stored, options) <= 0;

/** In how long a token is to be renewed; never, where nobody knows how long it is good. */
export const dueInMs = (
  { lifeMs, ageMs }: Pick<StoredTokens, 'lifeMs' | 'ageMs'>,
  { jitter }: NextStepOptions,
): number =>
  lifeMs === null ? Number.POSITIVE_INFINITY : renewedAfterMs(lifeMs) + jitter * widestJitter * lifeMs - ageMs;

const renew = (followsRefusal: boolean): NextStep => ({ step: 'renew', followsRefusal });

/** What a process holds of a stored token. */
export interface HeldTokens {
  readonly version: number;
  readonly tokens: TokenSet;
  /** By the process' own clock that never goes back. */
  readonly goodUntil: number;
  /** When the store is to be asked again. */
  readonly lookAt: number;
}
