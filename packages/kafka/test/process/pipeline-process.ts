import { createInMemorySerde, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createLogger, createMetrics, exitCodeOf, exitCodes } from '@millrace/service';
import { connectKafka, type DriverName } from '../../src/index.ts';

/** What the process is to run; one argument, as JSON. */
export interface ProcessPlan {
  readonly driver: DriverName;
  readonly brokers: readonly string[];
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
  readonly instanceId: string | null;
  readonly handlerMs: number;
  readonly maxInFlight: number;
  readonly highWaterRecords: number;
  readonly commitIntervalMs: number;
}

// One process of a consumer group, to be killed: says on standard output `joining`, then which record it starts, one a line.
const plan = JSON.parse(process.argv[2] as string) as ProcessPlan;
const logger = createLogger({ service: 'process', level: 'silent' });
const broker = connectKafka({ driver: plan.driver, brokers: plan.brokers, clientId: plan.group, logger });
const input = noteTopic(plan.topic, plan.partitions);
const producer = await broker.createProducer();
const run = runPipeline(
  pipeline<Note>({
    name: 'process',
    group: plan.group,
    from: [input],
    to: [],
    handle: async ({ data }) => {
      process.stdout.write(`${data.number}\n`);
      // Some take ten times as long, as calls of a model do: finished records stand behind unfinished ones.
      await new Promise((resolve) =>
        setTimeout(resolve, data.number % 50 === 0 ? plan.handlerMs * 10 : plan.handlerMs),
      );
      return { outputs: [], outcome: { kind: 'delivered' } };
    },
  }),
  {
    broker,
    producer,
    serde: createInMemorySerde(),
    settings: plan,
    logger,
    metrics: createMetrics(),
    ...(plan.instanceId === null ? {} : { instanceId: plan.instanceId }),
    onFatal: (error) => void stop(exitCodeOf(error)),
  },
);

async function stop(code: number): Promise<void> {
  await run.drain(AbortSignal.timeout(2_000));
  await run.close();
  await broker.close();
  process.exit(code);
}

process.once('SIGTERM', () => void stop(exitCodes.stopped));
process.stdout.write('joining\n');
await run.start();
