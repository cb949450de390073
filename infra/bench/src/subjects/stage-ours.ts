import { pipeline, runPipeline } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { pinnedSerde, type Servers } from '../cluster.ts';
import { connectDriver, type Driver } from '../drivers.ts';
import { type Cost, startMeter } from '../meter.ts';
import { addedContext } from '../payload.ts';
import { stageInput, stageOutput } from '../stage.ts';
import type { SubjectRun } from '../subject.ts';

export interface StageRequest {
  readonly servers: Servers;
  readonly driver: Driver;
  readonly group: string;
  readonly from: string;
  readonly to: string;
  /** The run ends after so many; null: when it is told to. */
  readonly records: number | null;
}

/** consume → decode → a handler that adds a field → encode → produce → commit, as every stage of ours runs. */
export const run: SubjectRun<StageRequest> = async ({ servers, driver, group, from, to, records }, signal) => {
  const input = stageInput(from);
  const output = stageOutput(to);
  const broker = connectDriver(driver, { brokers: servers.brokers });
  const producer = await broker.createProducer();
  const serde = await pinnedSerde(servers.registryUrl, output);
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => end(), { once: true });
  let meter: ReturnType<typeof startMeter> | undefined;
  let handled = 0;
  let lastAt = 0;
  const stage = pipeline({
    name: 'bench',
    group,
    from: [input],
    to: [output],
    handle: ({ key, data }) => {
      meter ??= startMeter();
      handled += 1;
      lastAt = Date.now();
      if (handled === records) end();
      return { outputs: [{ to: output, key, data: { ...data, context: addedContext } }], outcome: { kind: 'emitted' } };
    },
  });
  const running = runPipeline(stage, {
    broker,
    producer,
    serde,
    logger: createLogger({ service: 'bench', level: 'error' }),
    metrics: createMetrics(),
    onFatal: reject,
  });
  await running.start();
  await over;
  await running.drain();
  const cost = (meter ?? startMeter()).stop();
  await running.close();
  await broker.close();
  serde.close();
  return { ...(records === null ? endedAt(cost, lastAt) : cost), records: handled, faults: [] };
};

/** Told to end, it had been done for a while. */
const endedAt = (cost: Cost, lastAt: number): Cost => ({
  ...cost,
  endedAt: lastAt,
  seconds: Math.max(0.001, (lastAt - cost.startedAt) / 1_000),
});
