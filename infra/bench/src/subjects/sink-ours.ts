import { sinks } from '@millrace/connectors/sinks';
import { groupOf } from '@millrace/flows';
import { connectLedger } from '@millrace/ledger';
import { createLogger, createMetrics, loadSettings } from '@millrace/service';
import { settings as declared } from '@millrace/sink-writers/config';
import { createSinkWriters } from '@millrace/sink-writers/sink-writers';
import { pinnedSerde, type Servers } from '../cluster.ts';
import { connectDriver, type Driver } from '../drivers.ts';
import { startMeter } from '../meter.ts';
import { sinkFlows } from '../sink.ts';
import type { SubjectRun } from '../subject.ts';

export interface SinkRequest {
  readonly servers: Servers;
  readonly driver: Driver;
  /** Also the Postgres schema, so that each run has tables of its own. */
  readonly route: string;
  /** Of this process: two of one ordinal fence each other. */
  readonly ordinal: number;
  /** The run ends after so many; null: when it is told to. */
  readonly records: number | null;
}

const shipped = ({ brokers, registryUrl, postgresUrl }: Servers) =>
  loadSettings(declared, {
    MILLRACE_KAFKA_BROKERS: brokers.join(','),
    MILLRACE_REGISTRY_URL: registryUrl,
    MILLRACE_POSTGRES_URL: postgresUrl,
    MILLRACE_PORT: '1', // Nothing listens on it here.
  });

/** The shipped service with its shipped settings, in this process: topic → Postgres, guarded, noted in `deliveries`. */
export const run: SubjectRun<SinkRequest> = async ({ servers, driver, route, ordinal, records }, signal) => {
  const broker = connectDriver(driver, { brokers: servers.brokers });
  const serde = await pinnedSerde(servers.registryUrl);
  const { promise: over, resolve: end, reject } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => end(), { once: true });
  const metrics = createMetrics();
  let meter: ReturnType<typeof startMeter> | undefined;
  let begun = 0;
  let done = 0;
  let lastAt = 0;
  const counting = async <T>(count: number, write: () => Promise<T>): Promise<T> => {
    meter ??= startMeter();
    begun += count;
    const result = await write();
    done += count;
    lastAt = Date.now();
    if (done === records) end();
    return result;
  };
  const counted = Object.fromEntries(
    Object.entries(sinks).map(([name, sink]) => [
      name,
      {
        ...sink,
        open: (...given: Parameters<typeof sink.open>) => {
          const opened = sink.open(...given);
          const { writeBatch } = opened;
          return {
            ...opened,
            write: (...written: Parameters<typeof opened.write>) => counting(1, () => opened.write(...written)),
            ...(writeBatch === undefined
              ? {}
              : {
                  writeBatch: (...written: Parameters<typeof writeBatch>) =>
                    counting(written[0].length, () => writeBatch(...written)),
                }),
          };
        },
      },
    ]),
  );
  const logger = createLogger({ service: 'bench', level: 'error' });
  // Asked whether something newer was settled, and told of each: that is in the time too.
  const ledger = connectLedger({ url: servers.postgresUrl, schema: 'sink_writers', now: Date.now, logger, metrics });
  await ledger.open();
  const writers = createSinkWriters({
    flows: await sinkFlows(route),
    sinks: counted,
    broker,
    serde,
    effects: ledger.effects,
    settings: { ...shipped(servers), ordinal },
    environment: { POSTGRES_URL: servers.postgresUrl },
    logger,
    metrics,
    now: Date.now,
    fatal: reject,
  });
  await writers.open();
  await over;
  await writers.close(); // the last completions and offsets are in the time too
  const cost = (meter ?? startMeter()).stop();
  await broker.close();
  await ledger.close();
  serde.close();
  const told = records === null ? { endedAt: lastAt, seconds: (lastAt - cost.startedAt) / 1_000 } : {};
  const faults =
    begun === done ? [] : [`${begun - done} writes of ${groupOf('deliver', { flow: 'tickets', route })} had no end`];
  return { ...cost, ...told, records: done, faults };
};
