import { setTimeout as wait } from 'node:timers/promises';

/** Resolves with how long it took until it held; null when the time or the run was over before. An error means not yet. */
export async function timeUntil(
  holds: () => Promise<boolean>,
  { withinMs, everyMs, now, signal }: InsistOptions,
): Promise<number | null> {
  const started = now();
  while (!signal.aborted && now() - started < withinMs) {
    if (await holds().catch(() => false)) return now() - started;
    await pause(everyMs, signal);
  }
  return null;
}

export interface InsistOptions {
  readonly withinMs: number;
  readonly everyMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Ends early, without a word, when the run is over. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}
