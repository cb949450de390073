/** A documented limit of so many calls per fixed window. */
export interface RateWindow {
  /** Counts one call; says whether it is within the limit, what is left, and in how many seconds the window ends. */
  take(): { readonly ok: boolean; readonly total: number; readonly remaining: number; readonly resetSeconds: number };
}

export function createRateWindow(total: number, windowMs: number, now: () => number): RateWindow {
  let startedAt = Number.NEGATIVE_INFINITY;
  let used = 0;
  return {
    take() {
      if (now() - startedAt >= windowMs) {
        startedAt = now();
        used = 0;
      }
      const ok = used < total;
      if (ok) used += 1;
      const resetSeconds = Math.max(1, Math.ceil((startedAt + windowMs - now()) / 1000));
      return { ok, total, remaining: total - used, resetSeconds };
    },
  };
}

/** The same for each of many objects; those whose window is over are forgotten. */
export function createRateWindows(
  total: number,
  windowMs: number,
  now: () => number,
): { take(name: string): ReturnType<RateWindow['take']> } {
  const windows = new Map<string, { readonly window: RateWindow; readonly until: number }>();
  return {
    take(name) {
      let known = windows.get(name);
      if (known === undefined || now() >= known.until) {
        // Set anew, so that the order of the map is the order in which they end.
        windows.delete(name);
        for (const [old, { until }] of windows) {
          if (until > now()) break;
          windows.delete(old);
        }
        known = { window: createRateWindow(total, windowMs, now), until: now() + windowMs };
        windows.set(name, known);
      }
      return known.window.take();
    },
  };
}
