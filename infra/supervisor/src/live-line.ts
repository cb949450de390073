import { CountKeeper, type Counts, countsOf, describeCounts } from './counts.ts';

export interface LiveLineOptions {
  /** Metrics addresses by service. */
  readonly metrics: Readonly<Record<string, string>>;
  readonly show: (text: string) => void;
  readonly everyMs: number;
  /** Rates are over this long. */
  readonly windowMs?: number;
}

/** Reads the services' counters now and then and shows them as one line. A service that is down keeps its last count. */
export const startLiveLine = ({ metrics, show, everyMs, windowMs = 5_000 }: LiveLineOptions): { stop(): void } => {
  const keeper = new CountKeeper();
  const history: { readonly at: number; readonly counts: Counts }[] = [];
  let reading = false;
  const tick = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    await Promise.all(Object.entries(metrics).map(([service, url]) => observe(keeper, service, url)));
    reading = false;
    const now = { at: performance.now(), counts: keeper.sum };
    while (history.length > 1 && now.at - (history[0]?.at ?? now.at) > Math.max(windowMs, everyMs)) history.shift();
    const oldest = history[0] ?? { at: now.at - everyMs, counts: now.counts };
    history.push(now);
    if (history.length === 1) return;
    show(describeCounts(now.counts, oldest.counts, Math.max(0.001, (now.at - oldest.at) / 1000)));
  };
  void tick(); // what the first rates are counted from
  const timer = setInterval(() => void tick(), everyMs);
  return { stop: () => clearInterval(timer) };
};

const observe = async (keeper: CountKeeper, service: string, url: string): Promise<void> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const text = await response.text();
    if (response.ok) keeper.observe(service, countsOf(text));
  } catch {
    // down for the moment; the supervisor says so elsewhere
  }
};
