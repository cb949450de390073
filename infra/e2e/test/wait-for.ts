import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is there. Throws with the last answer when the time is over, so that a failure shows what was seen. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  withinMs = 30_000,
): Promise<T> {
  const started = performance.now();
  let problem: unknown;
  while (performance.now() - started < withinMs) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    await pause(50);
  }
  throw new Error(`waited ${withinMs} ms for ${what}`, { cause: problem });
}
