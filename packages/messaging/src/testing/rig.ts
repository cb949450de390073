import { groupTopics, recordType, type Topic, topics } from '@millrace/contracts';
import { createLogger, createMetrics, type Metrics } from '@millrace/service';
import type { Broker, InboundRecord, Producer, RecordPosition } from '../broker.ts';
import { type Identity, identityHeaders, readIdentity, type StatedIdentity } from '../headers/identity.ts';
import { createInMemoryBroker, type InMemoryBroker } from '../in-memory/broker.ts';
import { createInMemorySerde, type InMemorySerde } from '../in-memory/serde.ts';
import type { Pipeline } from '../pipeline.ts';
import type { PipelineRun, RunOptions } from '../runtime/pipeline-run.ts';
import { runPipeline } from '../runtime/run-pipeline.ts';
import { Solitude } from '../runtime/solitude.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** One process with one pipeline in it. */
export interface RigProcess {
  readonly run: PipelineRun;
  readonly broker: InMemoryBroker;
  readonly producer: Producer;
  /** What the process would have ended with. */
  readonly fatal: readonly Error[];
  /** As kill -9. */
  crash(): Promise<void>;
}

export type RigRunOptions = Partial<Omit<RunOptions, 'broker'>> & {
  /** Puts something between the pipeline and its broker or producer: a seam to break. */
  readonly wrapBroker?: (broker: Broker) => Broker;
  readonly wrapProducer?: (producer: Producer) => Producer;
  /** Gets the run before it starts. */
  readonly onCreated?: (run: PipelineRun) => void;
};

export interface Published extends Partial<Identity> {
  readonly key?: string | null;
  readonly partition?: number;
  readonly timestamp?: number;
}

export interface Stored<T> {
  readonly identity: StatedIdentity;
  readonly data: T;
  readonly record: InboundRecord;
}

/** A cluster, a registry and a clock in memory, and processes that run pipelines on them. */
export interface PipelineRig {
  readonly cluster: InMemoryBroker;
  readonly serde: InMemorySerde;
  readonly clock: ManualClock;
  readonly metrics: Metrics;
  /** Creates what is missing of the pipeline's topics and starts it in a process of its own. */
  start<T>(pipeline: Pipeline<T>, options?: RigRunOptions): Promise<RigProcess>;
  /** Creates a pipeline's topics without starting it. */
  provision<T>(pipeline: Pipeline<T>): Promise<void>;
  publish<T>(topic: Topic<T>, data: T, published?: Published): Promise<RecordPosition>;
  /** Everything that stands in a topic, decoded. */
  stored<T>(topic: Topic<T>): readonly Stored<T>[];
  close(): Promise<void>;
}

const kept = { 'retention.ms': String(7 * 86_400_000) };

export function createPipelineRig(): PipelineRig {
  const clock = createManualClock();
  const cluster = createInMemoryBroker({ now: clock.now, monotonic: clock.monotonic });
  const serde = createInMemorySerde();
  const metrics = createMetrics();
  const logger = createLogger({ service: 'rig', level: 'silent' });
  const runs: PipelineRun[] = [];
  let published = 0;
  let producer: Producer | null = null;

  const create = (names: readonly string[], partitions: number): Promise<void> =>
    cluster.admin.createTopics(names.map((name) => ({ name, partitions, replicationFactor: 1, config: kept })));
  const provision: PipelineRig['provision'] = async (pipeline) => {
    const partitions = pipeline.from[0]?.partitions ?? 1;
    const { retry, dlq, lane } = groupTopics(pipeline.group);
    await create([...pipeline.from.map((topic) => topic.name), ...Object.values(retry), dlq, lane], partitions);
    for (const topic of pipeline.to) await create([topic.name], topic.partitions);
    await create([topics.opsControl.name, topics.opsPipelines.name, topics.opsReplayAck.name], 1);
  };

  return {
    cluster,
    serde,
    clock,
    metrics,
    provision,
    async start(pipeline, { wrapBroker, wrapProducer, onCreated, ...options }: RigRunOptions = {}) {
      await provision(pipeline);
      const broker = cluster.connect();
      const own = await broker.createProducer();
      const fatal: Error[] = [];
      const run = runPipeline(pipeline, {
        broker: wrapBroker?.(broker) ?? broker,
        producer: wrapProducer?.(own) ?? own,
        serde,
        logger,
        metrics,
        clock,
        random: () => 0.5,
        onFatal: (error) => fatal.push(error),
        solitude: new Solitude(),
        ...options,
      });
      runs.push(run);
      onCreated?.(run);
      await run.start();
      return {
        run,
        broker,
        producer: own,
        fatal,
        async crash() {
          broker.crash();
          await run.close();
        },
      };
    },
    async publish(topic, data, { key = 'k', partition, timestamp, ...identity } = {}) {
      producer ??= await cluster.createProducer();
      published += 1;
      const id = identity.id ?? `published-${published}`;
      return producer.send({
        topic: topic.name,
        key: key === null ? null : Buffer.from(key),
        value: serde.encode(topic, data),
        headers: identityHeaders({
          id,
          source: 'rig',
          type: topic.type,
          time: new Date(clock.now()).toISOString(),
          correlationid: id,
          causationid: null,
          generation: 0,
          traceparent: null,
          ...identity,
        }),
        ...(partition === undefined ? {} : { partition }),
        ...(timestamp === undefined ? {} : { timestamp }),
      });
    },
    stored: (topic) =>
      cluster.records(topic.name).map((record) => ({
        identity: readIdentity(record.headers),
        data: topic.decode((record.value as Buffer).subarray(5)),
        record,
      })),
    async close() {
      for (const run of runs) await run.close();
      await cluster.close();
    },
  };
}

export interface Note {
  readonly text: string;
  readonly number: number;
}

/** A topic of small records, for pipelines that are only about the delivery. */
export function noteTopic(name: string, partitions = 1): Topic<Note> {
  const schema = {
    type: 'record',
    name: 'Note',
    namespace: 'io.millrace.testing',
    fields: [
      { name: 'text', type: 'string' },
      { name: 'number', type: 'long' },
    ],
  };
  return Object.assign(recordType<Note>(schema), { name, subject: `${name}-value`, type: name, partitions });
}

/** Lets everything that needs no time happen. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
