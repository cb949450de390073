import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '@millrace/service';
import type { Clock } from '../../src/clock.ts';
import { reportGauges } from '../../src/runtime/gauges.ts';
import type { PartitionLag } from '../../src/runtime/lag.ts';

/** A clock whose timers are due at once: whoever waits for time waits for nothing. */
const impatient: Clock = {
  now: () => 10_000,
  monotonic: () => 10_000,
  after: (_ms, call) => {
    const timer = setImmediate(call);
    return () => clearImmediate(timer);
  },
};
const topic = 'tickets.classified.v1';
const behind = (records: number): PartitionLag => ({ topic, partition: 0, records, oldestAt: 8_000 });

describe('the gauges of a pipeline', () => {
  it('are told in time although the cluster does not answer, with the lag that was known, and it is asked once', async () => {
    const metrics = createMetrics();
    const answers = [Promise.resolve([behind(7)])];
    const late = Promise.withResolvers<readonly PartitionLag[]>();
    let asked = 0;
    reportGauges({
      metrics,
      group: 'g',
      topics: [topic],
      clock: impatient,
      lag: () => {
        asked += 1;
        return answers.shift() ?? late.promise;
      },
      retentionMs: () => new Map([[topic, 60_000]]),
      processor: { running: 3, waiting: 0, delayedKeys: 0 },
      holds: null,
      partitions: () => [],
      pauses: { count: () => 0 },
      flush: () => undefined,
    });
    const scrape = () => metrics.registry.metrics();
    const lag = `millrace_pipeline_lag_records{group="g",topic="${topic}"}`;

    expect(await scrape()).toContain(`${lag} 7`);
    const during = [await scrape(), await scrape()];
    for (const text of during) {
      expect(text).toContain('millrace_pipeline_in_flight_records{group="g"} 3');
      expect(text).toContain(`${lag} 7`);
    }
    expect(asked).toBe(2);

    late.resolve([behind(9)]);
    await late.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(await scrape()).toContain(`${lag} 9`);
  });
});
