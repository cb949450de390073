import { type Broker, createInMemorySerde, pipeline, runPipeline } from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createLogger, createMetrics, exitCodeOf, exitCodes } from '@millrace/service';
import { connectKafka } from '../../src/index.ts';
import { type Effect, monotonicMs, type ProcessPlan } from './process-plan.ts';

// One process of a consumer group, to be killed or frozen. Says on standard output, a line each: `joining`; `assigned`, when,
// and which partitions; `started`, when, and which record.
const plan = JSON.parse(process.argv[2] as string) as ProcessPlan;
const logger = createLogger({ service: 'process', level: 'silent' });
const kafka = connectKafka({
  ...{ driver: plan.driver, brokers: plan.brokers, clientId: plan.group, logger },
  ...{ sessionTimeoutMs: plan.sessionTimeoutMs, staticSessionTimeoutMs: plan.sessionTimeoutMs },
});
const say = (...words: readonly (string | number)[]): void => void process.stdout.write(`${words.join(' ')}\n`);

const broker: Broker = {
  ...kafka,
  createMember: ({ listener, ...member }) =>
    kafka.createMember({
      ...member,
      listener: {
        onAssigned(assignment) {
          const ours = assignment.partitions.filter(({ topic }) => topic === plan.topic);
          say('assigned', monotonicMs(), ours.map(({ partition }) => partition).join(','));
          listener.onAssigned(assignment);
        },
        onRecords: (records) => listener.onRecords(records),
        beforeRejoin: (deadline) => listener.beforeRejoin(deadline),
        onUnreadable: (at, error) => listener.onUnreadable(at, error),
        onCrash: (error) => listener.onCrash(error),
      },
    }),
};

const input = noteTopic(plan.topic, plan.partitions);
const output = noteTopic(plan.output, plan.partitions);
const producer = await broker.createProducer();
const run = runPipeline(
  pipeline<Note>({
    name: 'process',
    group: plan.group,
    from: [input],
    to: [output],
    handle: async ({ key, data: { number } }, signal) => {
      say('started', monotonicMs(), number);
      if (number === plan.killer?.number) endBy(plan.killer.by);
      // Some take ten times as long, as calls of a model do: finished records stand behind unfinished ones.
      await new Promise((resolve) => setTimeout(resolve, number % 50 === 0 ? plan.handlerMs * 10 : plan.handlerMs));
      const at = monotonicMs();
      if (plan.witness !== null) {
        const effect: Effect = { name: plan.name, number, at };
        await fetch(plan.witness, { method: 'POST', body: JSON.stringify(effect), signal });
      }
      return {
        outputs: [{ to: output, key, data: { text: `${plan.name} ${at}`, number } }],
        outcome: { kind: 'emitted' },
      };
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

function endBy(way: 'abort' | 'memory'): void {
  if (way === 'abort') process.abort();
  for (const taken: string[][] = []; ; ) taken.push(Array.from({ length: 10_000 }, () => String(Math.random())));
}

async function stop(code: number): Promise<void> {
  await run.drain(AbortSignal.timeout(2_000));
  await run.close();
  await broker.close();
  process.exit(code);
}

process.once('SIGTERM', () => void stop(exitCodes.stopped));
say('joining');
await run.start();
