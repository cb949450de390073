import type { OutboundRecord } from '@millrace/messaging';
import { createAccumulator, type RecordAccumulator } from '../../src/producer/accumulator.ts';
import type { AccumulatorOptions } from '../../src/producer/accumulator-options.ts';
import type {
  PartitionAnswer,
  PartitionBatch,
  ProduceTransport,
  TopicShape,
} from '../../src/producer/produce-transport.ts';

/** What the cluster does with one request; absent answers are answers that never mention the partition. */
export type Script = (batches: readonly PartitionBatch[], call: number) => Promise<readonly PartitionAnswer[]>;

export interface Scripted {
  readonly transport: ProduceTransport;
  /** Every request that came, as `topic/partition:value,value`. */
  readonly requests: string[][];
  /** What is in the log, by partition. */
  readonly log: Map<string, string[]>;
  readonly events: string[];
  most(): number;
  /** Resolves when so many requests have come. */
  arrived(requests: number): Promise<void>;
}

const textOf = (record: OutboundRecord): string => String(record.value);

/** A cluster of one leader whose log is right: what is answered with success is written. */
export function scripted(
  options: {
    script?: Script;
    shape?: TopicShape;
    topic?: (name: string) => Promise<TopicShape>;
    leader?: (partition: number) => number | null;
    /** Between the moment a request is made and the one it leaves. */
    packing?: () => Promise<void> | void;
  } = {},
): Scripted {
  const log = new Map<string, string[]>();
  const requests: string[][] = [];
  const events: string[] = [];
  let calls = 0;
  let running = 0;
  let most = 0;
  const waiting = new Set<{ readonly requests: number; readonly resolve: () => void }>();
  const shape = options.shape ?? { partitions: 4, maxMessageBytes: 100_000 };
  const transport: ProduceTransport = {
    topic: options.topic ?? (async () => shape),
    leader: (_, partition) => (options.leader === undefined ? 1 : options.leader(partition)),
    produce: async (_, batches, beforeWrite) => {
      await options.packing?.();
      beforeWrite();
      requests.push(batches.map(({ topic, partition, records }) => `${topic}/${partition}:${records.map(textOf)}`));
      events.push('produce');
      running++;
      most = Math.max(most, running);
      for (const each of waiting) if (requests.length >= each.requests) each.resolve();
      try {
        const answers = await (options.script ?? (async (all) => all.map((batch) => write(batch))))(batches, ++calls);
        return answers;
      } finally {
        running--;
      }
    },
    recycle: async () => {
      events.push('recycle');
    },
    close: async () => {
      events.push('close');
    },
  };
  const write = (batch: PartitionBatch): PartitionAnswer => written(log, batch);
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      if (requests.length >= count) resolve();
      else waiting.add({ requests: count, resolve });
    });
  return { transport, requests, log, events, most: () => most, arrived };
}

/** Appends the batch and answers with where it stands. */
export function written(log: Map<string, string[]>, { topic, partition, records }: PartitionBatch): PartitionAnswer {
  const key = `${topic}/${partition}`;
  const stored = log.get(key) ?? [];
  log.set(key, stored);
  const baseOffset = stored.length;
  stored.push(...records.map(textOf));
  return { topic, partition, errorCode: 0, baseOffset };
}

export const failed = ({ topic, partition }: PartitionBatch, errorCode: number): PartitionAnswer => ({
  topic,
  partition,
  errorCode,
  baseOffset: -1,
});

export function accumulate(transport: ProduceTransport, changes: Partial<AccumulatorOptions> = {}): RecordAccumulator {
  return createAccumulator({
    transport,
    now: () => performance.now(),
    random: () => 0.5,
    deliveryTimeoutMs: 5_000,
    bufferBytes: 1_000_000,
    batchRecords: 1_000,
    batchBytes: 50_000,
    requestBytes: 100_000,
    requestsPerNode: 2,
    spacingMs: 0,
    enoughRecords: 64,
    retryMinMs: 1,
    retryMaxMs: 5,
    unknownTopicGraceMs: 50,
    topicRefreshMs: 60_000,
    closeTimeoutMs: 1_000,
    ...changes,
  });
}

export const aRecord = (value: string, partition = 0): OutboundRecord => ({
  topic: 't',
  partition,
  key: null,
  value: Buffer.from(value),
  headers: [],
});
