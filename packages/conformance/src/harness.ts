import { it } from '@jest/globals';

/** How long a law waits for something that must come; only a broken law ever waits so long. */
export const patienceMs = 20_000;

/**
 * A law that the subject may skip only by what it declares. The report shows the skip with its reason.
 * @param skip why it does not apply, or false
 */
export function law(title: string, run: () => Promise<void> | void, skip: string | false = false): void {
  if (skip === false) it(title, async () => run(), patienceMs * 3);
  else it.skip(`${title} (skipped: ${skip})`, () => undefined);
}

/** Something that grows, and those who wait for it: the laws wait on progress, never on time. */
export interface Progress {
  /** To be called after every change. */
  changed(): void;
  /** Resolves when the claim holds; rejects with what was seen when it never does. */
  until(claim: () => boolean, seen: () => unknown): Promise<void>;
}

export function createProgress(): Progress {
  const waiting = new Set<() => void>();
  return {
    changed: () => {
      for (const check of [...waiting]) check();
    },
    until: (claim, seen) =>
      new Promise((resolve, reject) => {
        if (claim()) return resolve();
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`waited ${patienceMs} ms in vain; seen: ${JSON.stringify(seen())}`));
        }, patienceMs);
        const check = (): void => {
          if (!claim()) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
      }),
  };
}

/** For claims that nobody reports: asks again in each turn of the event loop, with a short rest, until the patience ends. */
export async function eventually(
  claim: () => boolean | Promise<boolean>,
  seen: () => unknown = () => 'nothing',
): Promise<void> {
  const until = Date.now() + patienceMs;
  while (!(await claim())) {
    if (Date.now() > until) throw new Error(`waited ${patienceMs} ms in vain; seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
