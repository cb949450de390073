// A member of a consumer group that is there to be killed: says which record each handler starts, `<partition>:<offset>` a line.
import { setTimeout as pause } from 'node:timers/promises';
import { pipeline, runPipeline } from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { pinnedSerde, type Servers } from './cluster.ts';
import { connectDriver, type Driver } from './drivers.ts';
import { stageInput } from './stage.ts';

/** Its one argument, as JSON. */
export interface KilledPlan {
  readonly servers: Servers;
  readonly driver: Driver;
  readonly group: string;
  /** Static membership: whoever comes back under this name has its partitions at once. */
  readonly instanceId: string;
  readonly from: string;
  readonly handlerMs: number;
  readonly inFlight: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as KilledPlan;
const broker = connectDriver(plan.driver, { brokers: plan.servers.brokers });
const [producer, serde] = await Promise.all([broker.createProducer(), pinnedSerde(plan.servers.registryUrl)]);
const run = runPipeline(
  pipeline({
    name: 'bench',
    group: plan.group,
    from: [stageInput(plan.from)],
    handle: async ({ origin }) => {
      process.stdout.write(`${origin.partition}:${origin.offset}\n`); // to a pipe: written when this returns
      await pause(plan.handlerMs);
      return { outputs: [], outcome: { kind: 'delivered' } };
    },
  }),
  {
    broker,
    producer,
    serde,
    settings: { maxInFlight: plan.inFlight },
    logger: createLogger({ service: 'bench', level: 'error' }),
    metrics: createMetrics(),
    instanceId: plan.instanceId,
    onFatal: (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  },
);
await run.start();
