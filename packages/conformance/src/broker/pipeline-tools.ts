import { groupTopics, type Topic, topics } from '@millrace/contracts';
import {
  type Broker,
  createInMemorySerde,
  type Handler,
  type InboundRecord,
  type InMemorySerde,
  identityHeaders,
  type Pipeline,
  type PipelineRun,
  type PipelineSettings,
  pipeline,
  type RunOptions,
  runPipeline,
} from '@millrace/messaging';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import { createLogger, createMetrics } from '@millrace/service';
import type { BrokerLawContext } from './context.ts';

export interface Started {
  readonly run: PipelineRun;
  readonly broker: Broker;
  stop(): Promise<void>;
}

export interface PipelineTopics {
  readonly input: Topic<Note>;
  readonly output: Topic<Note>;
}

/** What the laws of pipelines make their pipelines with. */
export interface PipelineLawTools {
  readonly serde: InMemorySerde;
  makeTopics(members: string, partitions?: number, config?: Readonly<Record<string, string>>): Promise<PipelineTopics>;
  start(
    on: Broker,
    members: string,
    topics: PipelineTopics,
    handle: Handler<Note>,
    settings?: Partial<PipelineSettings>,
    held?: Pick<Pipeline<Note>, 'onFailure'> & Pick<RunOptions, 'heldKeys'> & { readonly ratePerSecond?: number },
  ): Promise<Started>;
  /** Numbered from `from`, or from 0. */
  publish(
    to: Topic<Note>,
    count: number,
    keyOf: (at: number) => string,
    partition?: number,
    from?: number,
  ): Promise<void>;
  /** Everything that stands in a topic now. */
  read(topic: string): Promise<InboundRecord[]>;
  copyTo(output: Topic<Note>): Handler<Note>;
}

export function pipelineLawTools({ broker, topic }: BrokerLawContext): PipelineLawTools {
  const serde = createInMemorySerde();
  const logger = createLogger({ service: 'laws', level: 'silent' });

  return {
    serde,
    async makeTopics(members, partitions = 2, config = {}) {
      const input = noteTopic(await topic(partitions, config), partitions);
      const output = noteTopic(await topic(partitions), partitions);
      const { retry: tiers, dlq, lane } = groupTopics(members);
      const copies = [...Object.values(tiers), dlq, lane].map((name) => ({ name, partitions }));
      const ops = [topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => ({ name, partitions: 1 }));
      await broker().admin.createTopics(
        [...copies, ...ops].map((one) => ({ ...one, replicationFactor: 1, config: {} })),
      );
      return { input, output };
    },
    async start(on, members, { input, output }, handle, settings = {}, held = { onFailure: 'tiers' }) {
      const producer = await on.createProducer();
      const { onFailure, ratePerSecond = null, ...stores } = held;
      const stage = pipeline<Note>({ name: 'laws', group: members, from: [input], handle, to: [output], onFailure });
      const run = runPipeline(stage, {
        ...stores,
        broker: on,
        producer,
        serde,
        logger,
        metrics: createMetrics(),
        settings: { commitIntervalMs: 50, ...settings },
        onFatal: () => undefined,
      });
      run.setRate(ratePerSecond);
      await run.start();
      return {
        run,
        broker: on,
        async stop() {
          await run.drain();
          await run.close();
          await producer.close();
        },
      };
    },
    async publish(to, count, keyOf, partition, from = 0) {
      const producer = await broker().createProducer();
      await Promise.all(
        Array.from({ length: count }, (_, at) => {
          const number = from + at;
          const key = keyOf(at);
          const id = `${to.name}-${number}`;
          const headers = identityHeaders({
            id,
            source: 'laws',
            type: to.type,
            time: new Date().toISOString(),
            correlationid: id,
            causationid: null,
            generation: 0,
            traceparent: null,
          });
          const value = serde.encode(to, { text: key, number });
          const place = partition === undefined ? {} : { partition };
          return producer.send({ topic: to.name, key: Buffer.from(key), value, headers, ...place });
        }),
      );
      await producer.close();
    },
    async read(name) {
      const records: InboundRecord[] = [];
      const ranges = (await broker().admin.offsets([name])).map((one) => ({ ...one, from: 0, to: one.latest }));
      for await (const record of broker().readRanges(ranges)) records.push(record);
      return records;
    },
    copyTo:
      (output) =>
      ({ key, data }) => ({ outputs: [{ to: output, key, data }], outcome: { kind: 'emitted' } }),
  };
}
