import { topics } from '@millrace/contracts';
import { createExpressions } from '@millrace/flows';
import { aFlow } from '@millrace/flows/testing';
import { connectKafka, connectRegistry } from '@millrace/kafka';
import { connectLedger } from '@millrace/ledger';
import { defaultPipelineSettings, type Producer, runPipeline } from '@millrace/messaging';
import { sendingBy } from '@millrace/messaging/testing';
import type { RemoteModel } from '@millrace/models';
import { createLogger, createMetrics } from '@millrace/service';
import { createClassifierMetrics } from '../src/classifier-metrics.ts';
import { classifyPipeline } from '../src/classify.ts';
import { anAnswer } from './builders.ts';

/** One argument, as JSON. */
export interface PaidPlan {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly postgresUrl: string;
  /** Of enriched tickets, read by this group alone. */
  readonly topic: string;
  readonly group: string;
  /** Answers each question with another confidence, and counts. */
  readonly modelUrl: string;
  /** What it makes never leaves it: it says `held` instead, a line for each. */
  readonly holdsOutputs: boolean;
}

// The classify stage with a model that is paid for, on real Kafka, registry and Postgres.
const plan = JSON.parse(process.argv[2] as string) as PaidPlan;
const logger = createLogger({ service: 'paid', level: 'silent' });
const metrics = createMetrics();
const broker = connectKafka({ brokers: plan.brokers, clientId: plan.group, logger });
const serde = connectRegistry({ url: plan.registryUrl, logger });
const ledger = connectLedger({ url: plan.postgresUrl, schema: 'classifier', now: Date.now, logger });
const model: RemoteModel = {
  placement: 'remote',
  effect: 'paid',
  tasks: ['category'],
  isReady: () => true,
  judge: async (_, signal) => {
    const answer = await fetch(plan.modelUrl, { method: 'POST', signal });
    return anAnswer({ confidence: Number(await answer.text()) });
  },
  close: async () => undefined,
};
const stage = classifyPipeline({
  flow: aFlow(),
  expressions: createExpressions(),
  tasks: [
    {
      task: 'category',
      as: 'category',
      when: null,
      pack: 'support',
      taxonomy: { labels: [] },
      threshold: 0,
      mode: 'fast',
      model,
    },
  ],
  outcomes: { store: ledger.outcomes, serde },
  modelTimeoutMs: 5_000,
  metrics: createClassifierMetrics(metrics, () => performance.now()),
});
await ledger.open();
const sending = await broker.createProducer();
const producer: Producer = sendingBy(sending, (record, signal) => {
  if (!plan.holdsOutputs || record.topic !== topics.ticketsClassified.name) return sending.send(record, signal);
  process.stdout.write('held\n');
  return new Promise(() => undefined);
});
const run = runPipeline(
  { ...stage, group: plan.group, from: [{ ...topics.ticketsEnriched, name: plan.topic }] },
  {
    ...{ broker, producer, serde, settings: defaultPipelineSettings, logger, metrics, instanceId: 'paid-0' },
    onFatal: (error) => {
      throw error;
    },
  },
);
await run.start();
