import type { Reader } from '@platformatic/kafka';
import {
  type Cursor,
  type Fetched,
  type FetchLimits,
  groupBy,
  type LogAccess,
  partitionKey,
} from '../reading/log-access.ts';
import type { Client, Link } from './client.ts';
import type { Cluster } from './cluster.ts';
import { type AbortedTransaction, decodeBatches, type RawBatch, safeOffset, splitBatches } from './decode-batches.ts';
import { BrokerAnswerError } from './failure.ts';
import { ProtocolReader } from './protocol-reader.ts';

const settledOnly = 1;
const noSession = 0;
const finalEpoch = -1;
/** Fields of the answer that nothing here needs. */
const throttleBytes = 4;
const sessionBytes = 4;
const stableAndStartBytes = 16;
const preferredReplicaBytes = 4;

/** What a leader answered for one partition; the records are not decoded yet, but where to go on is known. */
export interface RawFetched<C extends Cursor = Cursor> {
  readonly cursor: C;
  /** Where it was read from. */
  readonly from: number;
  /** Kafka's name of what went wrong with this partition; null for nothing. */
  readonly problem: string | null;
  readonly batches: readonly RawBatch[];
  readonly aborted: readonly AbortedTransaction[];
  readonly next: number;
  readonly highWatermark: number;
}

interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
}

/** One request to one leader. Rejects only when nothing at all was answered. */
export async function fetchRaw<C extends Cursor>(
  cluster: Cluster,
  node: number,
  cursors: readonly C[],
  limits: FetchLimits,
): Promise<readonly RawFetched<C>[]> {
  const asked = new Map(
    cursors.map((cursor) => [partitionKey(cursor.topic, cursor.partition), { cursor, from: cursor.position }]),
  );
  const { answers, errorNames } = await cluster.ask(
    node,
    async (link, client) => ({
      answers: await request(link, client, cursors, limits),
      errorNames: client.protocolErrorsCodesById,
    }),
    { lane: 'fetch' },
  );
  return answers.flatMap((answer) => {
    const found = asked.get(partitionKey(answer.topic, answer.partition));
    if (found === undefined) return [];
    const batches = answer.errorCode === 0 ? splitBatches(answer.records, answer.topic, answer.partition) : [];
    const last = batches.at(-1)?.lastOffset;
    return [
      {
        ...found,
        problem: answer.errorCode === 0 ? null : (errorNames[answer.errorCode] ?? `error ${answer.errorCode}`),
        batches,
        aborted: answer.aborted,
        next: last === undefined ? found.from : Math.max(found.from, last + 1),
        highWatermark: safeOffset(answer.highWatermark, answer.topic, answer.partition),
      },
    ];
  });
}

/** The log over the connections of this client. */
export function logOver(cluster: Cluster): LogAccess {
  return {
    locate: (topic) => cluster.locate(topic),
    listOffsets: (questions, isolation) => cluster.listOffsets(questions, isolation),
    fetch: async (cursors, limits) => {
      const unknown = cursors.filter(({ topic, partition }) => cluster.leader(topic, partition) === null);
      await cluster.locateAll([...new Set(unknown.map(({ topic }) => topic))]);
      const perNode = groupBy(cursors, ({ topic, partition }) => cluster.demandLeader(topic, partition));
      const fetched = await Promise.all(
        [...perNode].map(([node, ofNode]) => fetchRecords(cluster, node, ofNode, limits)),
      );
      return fetched.flat();
    },
    reset: () => cluster.reset(),
    close: () => cluster.close(),
  };
}

/** The same with the records decoded; a problem with any partition rejects. */
async function fetchRecords(
  cluster: Cluster,
  node: number,
  cursors: readonly Cursor[],
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const fetched = await fetchRaw(cluster, node, cursors, limits);
  const troubled = fetched.find(({ problem }) => problem !== null);
  if (troubled?.problem != null) {
    if (troubled.problem !== 'OFFSET_OUT_OF_RANGE') cluster.forget(troubled.cursor.topic);
    throw new BrokerAnswerError(troubled.problem);
  }
  return Promise.all(
    fetched.map(async ({ cursor, batches, aborted, from, next, highWatermark }) => ({
      cursor,
      records: await decodeBatches(batches, { topic: cursor.topic, partition: cursor.partition, from, aborted }),
      next,
      highWatermark,
    })),
  );
}

function request(
  link: Link,
  { fetchV11 }: Client,
  cursors: readonly Cursor[],
  limits: FetchLimits,
): Promise<readonly PartitionAnswer[]> {
  const topics = [...groupBy(cursors, ({ topic }) => topic)].map(([topicId, ofTopic]) => ({
    topicId,
    partitions: ofTopic.map(({ partition, position }) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(position),
      lastFetchedEpoch: -1,
      partitionMaxBytes: limits.maxBytesPerPartition,
    })),
  }));
  return new Promise((resolve, reject) => {
    link.send(
      fetchV11.api.key,
      fetchV11.api.version,
      () =>
        fetchV11.createRequest(
          limits.maxWaitMs,
          1,
          limits.maxBytes,
          settledOnly,
          noSession,
          finalEpoch,
          topics,
          [],
          '',
        ),
      (_correlationId, _apiKey, _apiVersion, reader) => parseAnswer(reader),
      false,
      false,
      (error, answers) => (answers == null ? reject(error ?? new Error('an empty answer')) : resolve(answers)),
    );
  });
}

/**
 * In place of the client's own parser, which decodes every record as it arrives, blocking, and throws for the whole answer
 * when one partition has an error.
 */
function parseAnswer(answer: Reader): readonly PartitionAnswer[] {
  const reader = new ProtocolReader(answer.buffer.buffer, answer.position);
  reader.skip(throttleBytes);
  const errorCode = reader.int16();
  if (errorCode !== 0) throw new Error(`the leader refused the fetch with error ${errorCode}`);
  reader.skip(sessionBytes);
  return reader
    .array(() => {
      const topic = reader.text();
      return reader.array(() => parsePartition(reader, topic));
    })
    .flat();
}

function parsePartition(reader: ProtocolReader, topic: string): PartitionAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.skip(stableAndStartBytes);
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: Number(reader.int64()) }));
  reader.skip(preferredReplicaBytes);
  return { topic, partition, errorCode, highWatermark, aborted, records: reader.bytes() ?? Buffer.alloc(0) };
}
