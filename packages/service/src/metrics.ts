import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricName } from './names.ts';

const buckets = {
  seconds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600],
  sizes: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000],
  ratio: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99],
} as const;

/** Each sample wakes the process: prom-client's own 10 ms were half of what an idle service used. Its lags include this. */
const eventLoopSampleMs = 100;

type Labels<L extends string> = Readonly<Record<L, string | number>>;

export interface CounterMetric<L extends string> {
  inc(labels: Labels<L>, by?: number): void;
  /** Shows the series from now on, at 0 if nothing was counted: an alert on its growth must not miss the first step. */
  zero(labels: Labels<L>): void;
}

export interface GaugeMetric<L extends string> {
  set(labels: Labels<L>, value: number): void;
  inc(labels: Labels<L>, by?: number): void;
  dec(labels: Labels<L>, by?: number): void;
  /** Forgets one series: a partition that moved away must not go on reporting its last lag. */
  remove(labels: Labels<L>): void;
  /** Forgets every series. */
  reset(): void;
}

export interface HistogramMetric<L extends string> {
  observe(labels: Labels<L>, value: number): void;
  /** Shows the series from now on, empty. At boot: what was observed before is forgotten by the first call. */
  zero(labels: Labels<L>): void;
}

/** Metrics of one process. Asking twice for one name gives the same metric; labels are checked by the compiler. */
export interface Metrics {
  readonly registry: Registry;
  counter<L extends string>(name: MetricName<'counter', L>): CounterMetric<L>;
  gauge<L extends string>(name: MetricName<'gauge', L>): GaugeMetric<L>;
  histogram<L extends string>(name: MetricName<'histogram', L>): HistogramMetric<L>;
  /** Runs before each scrape: for gauges that are read, not counted. Returns how to end that. */
  onCollect(read: () => void | Promise<void>): () => void;
}

export interface MetricsOptions {
  /** Event loop, heap, descriptors. Off in tests, where they would keep timers. */
  readonly processMetrics?: boolean;
}

export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const collectors = new Set<() => void | Promise<void>>();
  const made = new Map<string, unknown>();
  const once = <T>(name: string, make: () => T): T => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  if (options.processMetrics === true)
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopSampleMs });
  const scrape = registry.metrics.bind(registry);
  registry.metrics = async (): Promise<string> => {
    await Promise.all([...collectors].map((read) => read()));
    return scrape();
  };
  const scrapeJson = registry.getMetricsAsJSON.bind(registry);
  registry.getMetricsAsJSON = async (): ReturnType<typeof scrapeJson> => {
    await Promise.all([...collectors].map((read) => read()));
    return scrapeJson();
  };

  return {
    registry,
    counter: <L extends string>({ name, help, labels }: MetricName<'counter', L>): CounterMetric<L> =>
      once(name, () => {
        const metric = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
        return { inc: (values, by = 1) => metric.inc(values, by), zero: (values) => metric.inc(values, 0) };
      }),
    gauge: <L extends string>({ name, help, labels }: MetricName<'gauge', L>): GaugeMetric<L> =>
      once(name, () => {
        const metric = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
        return {
          set: (values, value) => metric.set(values, value),
          inc: (values, by = 1) => metric.inc(values, by),
          dec: (values, by = 1) => metric.dec(values, by),
          remove: (values) => metric.remove(values),
          reset: () => metric.reset(),
        };
      }),
    histogram: <L extends string>({
      name,
      help,
      labels,
      buckets: bounds = 'seconds',
    }: MetricName<'histogram', L>): HistogramMetric<L> =>
      once(name, () => {
        const metric = new Histogram({
          name,
          help,
          labelNames: [...labels],
          buckets: [...buckets[bounds]],
          registers: [registry],
        });
        const shown = new Set<string>();
        return {
          observe: (values, value) => metric.observe(values, value),
          zero: (values) => {
            // Whoever shares a series with another must not empty it.
            const series = JSON.stringify(labels.map((label) => values[label]));
            if (shown.has(series)) return;
            shown.add(series);
            metric.zero(values);
          },
        };
      }),
    onCollect: (read) => {
      collectors.add(read);
      return () => void collectors.delete(read);
    },
  };
}
