import { setTimeout as pause } from 'node:timers/promises';
import { type InboundRecord, pipeline, runPipeline } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { pinnedSerde, type Servers } from '../cluster.ts';
import { connectDriver, type Driver } from '../drivers.ts';
import { startMeter } from '../meter.ts';
import { stageInput } from '../stage.ts';
import type { SubjectRun } from '../subject.ts';

export interface LanesRequest {
  readonly servers: Servers;
  readonly driver: Driver;
  readonly group: string;
  readonly from: string;
  readonly records: number;
  readonly handlerMs: number;
  readonly inFlight: number;
}

/** Slow handlers, many keys: how many run side by side, and whether those of one key ever do. */
export const run: SubjectRun<LanesRequest> = async (request) => {
  const { servers, driver, group, from, records, handlerMs, inFlight } = request;
  const input = stageInput(from);
  const broker = connectDriver(driver, { brokers: servers.brokers });
  const producer = await broker.createProducer();
  const serde = await pinnedSerde(servers.registryUrl);
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>();
  const last = new Map<string, InboundRecord['offset']>();
  const busy = new Set<string>();
  const faults: string[] = [];
  let meter: ReturnType<typeof startMeter> | undefined;
  let finished = 0;
  const stage = pipeline({
    name: 'bench',
    group,
    from: [input],
    handle: async ({ key, origin }) => {
      meter ??= startMeter();
      if (busy.has(key)) faults.push(`two handlers of ${key} at once`);
      if (origin.offset <= (last.get(key) ?? -1)) faults.push(`${key} out of order at ${origin.offset}`);
      busy.add(key);
      last.set(key, origin.offset);
      await pause(handlerMs);
      busy.delete(key);
      finished += 1;
      if (finished === records) end();
      return { outputs: [], outcome: { kind: 'delivered' } };
    },
  });
  const running = runPipeline(stage, {
    broker,
    producer,
    serde,
    settings: { maxInFlight: inFlight },
    logger: createLogger({ service: 'bench', level: 'error' }),
    metrics: createMetrics(),
    onFatal: reject,
  });
  await running.start();
  await over;
  const cost = (meter ?? startMeter()).stop();
  await running.drain();
  await running.close();
  await broker.close();
  serde.close();
  return { ...cost, records: finished, faults: faults.slice(0, 5) };
};
