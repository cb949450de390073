import { type Metrics, names } from '@millrace/service';
import type { AccumulatorStats, ProducerWatch } from './accumulator-options.ts';

/** Codes with which a record can be given up, so that each is shown before it happens. */
const codes = [
  'X_DELIVERY_FAILED',
  'X_DELIVERY_REFUSED',
  'X_DELIVERY_TOO_LARGE',
  'X_DELIVERY_BUFFER_FULL',
  'X_DELIVERY_CLOSED',
] as const;

/** Shows what the producers of a process do; a second producer adds to the first. `follow` is given each one's `stats`. */
export function createProducerMetrics(metrics: Metrics): {
  readonly watch: ProducerWatch;
  follow(stats: () => AccumulatorStats): void;
} {
  const tree = names.metrics.producer;
  const errors = metrics.counter(tree.errors);
  const sendSeconds = metrics.histogram(tree.sendSeconds);
  const batchRecords = metrics.histogram(tree.batchRecords);
  const counters = {
    records: metrics.counter(tree.records),
    requests: metrics.counter(tree.requests),
    retries: metrics.counter(tree.retries),
    recycles: metrics.counter(tree.recycles),
  };
  const queuedRecords = metrics.gauge(tree.queuedRecords);
  const queuedBytes = metrics.gauge(tree.queuedBytes);
  const followed: { readonly stats: () => AccumulatorStats; told: AccumulatorStats }[] = [];

  for (const code of codes) errors.zero({ code });
  metrics.onCollect(() => {
    let waitingRecords = 0;
    let waitingBytes = 0;
    for (const one of followed) {
      const now = one.stats();
      for (const [name, counter] of Object.entries(counters) as [keyof typeof counters, typeof counters.records][])
        counter.inc({}, now[name] - one.told[name]);
      one.told = now;
      waitingRecords += now.waitingRecords;
      waitingBytes += now.waitingBytes;
    }
    queuedRecords.set({}, waitingRecords);
    queuedBytes.set({}, waitingBytes);
  });

  return {
    watch: {
      acknowledged(records, oldestMs) {
        batchRecords.observe({}, records);
        sendSeconds.observe({}, oldestMs / 1_000);
      },
      failed(error) {
        const { code } = error as { readonly code?: unknown };
        errors.inc({ code: typeof code === 'string' ? code : 'X_INTERNAL' });
      },
    },
    follow(stats) {
      followed.push({ stats, told: nothing });
    },
  };
}

const nothing: AccumulatorStats = {
  requests: 0,
  records: 0,
  retries: 0,
  recycles: 0,
  waitingRecords: 0,
  waitingBytes: 0,
};
