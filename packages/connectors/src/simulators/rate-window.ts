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
