import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@millrace/conformance';
import { groupTopics, type TicketClassified, topicSpecs, topics } from '@millrace/contracts';
import { type Flows, parseFlows } from '@millrace/flows';
import {
  createInMemoryBroker,
  createInMemorySerde,
  defaultPipelineSettings,
  type InMemoryBroker,
  type InMemorySerde,
  identityHeaders,
} from '@millrace/messaging';
import { shippedPacks } from '@millrace/models';
import { createLogger, createMetrics } from '@millrace/service';
import { type Classifier, createClassifier } from '../src/classifier.ts';
import { aTicket } from './builders.ts';

const flowsOf = (tasks: string, mode = 'fast'): Flows =>
  parseFlows([
    { file: 'test.yaml', text: `flows:\n  tickets:\n    classify:\n      mode: ${mode}\n      tasks:\n${tasks}` },
  ]);
const always = '        - { task: language }\n';
const whenNew = `        - { task: language, when: "status = 'new'" }\n`;
const whenOpen = `        - { task: language, when: "status = 'open'" }\n`;

let cluster: InMemoryBroker;
let serde: InMemorySerde;
let classifier: Classifier;
const started = flowsOf(whenNew);

beforeAll(async () => {
  cluster = createInMemoryBroker();
  serde = createInMemorySerde();
  await cluster.admin.createTopics(topicSpecs(started.groups()));
  await serde.pin(Object.values(topics));
  classifier = createClassifier({
    ...{ flows: started, packFolder: (pack) => join(shippedPacks, pack), broker: cluster.connect(), serde },
    settings: {
      ...defaultPipelineSettings,
      ...{ graceMs: 10_000, ordinal: 0, modelWorkers: 1, modelBatchTimeoutMs: 30_000, modelTimeoutMs: 5_000 },
      ...{ breakerOpenMs: 50, expressionTimeoutMs: 100 },
    },
    logger: createLogger({ service: 'classifier', level: 'silent' }),
    metrics: createMetrics(),
    monotonic: () => performance.now(),
    fatal: (error) => {
      throw error;
    },
  });
  await classifier.open();
});
afterAll(async () => {
  await classifier.close();
  await cluster.close();
});

let sent = 0;
async function judge(status: string): Promise<TicketClassified | undefined> {
  sent += 1;
  const id = `event-${sent}`;
  const producer = await cluster.createProducer();
  await producer.send({
    ...{ topic: topics.ticketsEnriched.name, key: Buffer.from('zendesk:1') },
    value: serde.encode(topics.ticketsEnriched, aTicket({ status })),
    headers: identityHeaders({
      ...{ id, source: 'test', type: 'test', time: new Date(0).toISOString(), correlationid: id },
      ...{ causationid: null, generation: 0, traceparent: null },
    }),
  });
  const classified = () => cluster.records(topics.ticketsClassified.name);
  await eventually(() => classified().length === sent);
  const [last] = classified().slice(-1);
  return last?.value == null ? undefined : topics.ticketsClassified.decode(last.value.subarray(5));
}

describe('a classifier that takes other flows', () => {
  afterEach(async () => {
    await classifier.reload(started, started);
  });

  it('judges by the `when` of the new ones from then on, each message once, and makes no dead letter of any', async () => {
    expect(Object.keys((await judge('open'))?.judgements ?? {})).toEqual([]);
    expect(await classifier.reload(flowsOf(whenOpen), started)).toEqual([]);
    expect(Object.keys((await judge('open'))?.judgements ?? {})).toEqual(['language']);
    expect(Object.keys((await judge('new'))?.judgements ?? {})).toEqual([]);
    expect(await classifier.reload(flowsOf(always), flowsOf(whenOpen))).toEqual([]);
    expect(Object.keys((await judge('new'))?.judgements ?? {})).toEqual(['language']);
    expect(cluster.records(groupTopics('classifier.tickets').dlq)).toEqual([]);
  });

  it.each([
    ['another mode', flowsOf(whenNew, 'full'), 'flow tickets asks in mode full, which is loaded at its start'],
    [
      'another pack',
      flowsOf('        - { task: language, pack: finance }\n'),
      'task language of flow tickets asks pack finance, which is loaded at its start',
    ],
  ])('says that it must be started anew for %s, and goes on as before', async (_, next, reason) => {
    const [before] = classifier.runs();
    expect(await classifier.reload(next, started)).toEqual([reason]);
    expect(classifier.runs()).toEqual([before]);
  });
});
