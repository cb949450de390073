import type { Reader } from '@platformatic/kafka';
import { type AbortedTransaction, decodeBatches } from '../reading/decode-batches.ts';
import {
  type Cursor,
  type Fetched,
  type FetchLimits,
  groupBy,
  type LogAccess,
  partitionKey,
} from '../reading/log-access.ts';
import { type SplitBatches, safeOffset, splitBatches, unreadByBroker } from '../reading/record-batch.ts';
import type { Client, Link } from './client.ts';
import type { Cluster } from './cluster.ts';
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
export interface RawFetched<C extends Cursor = Cursor> extends SplitBatches {
  readonly cursor: C;
  /** Where it was read from. */
  readonly from: number;
  /** Kafka's name of what went wrong with this partition; null for nothing. */
  readonly problem: string | null;
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
  // As they are now: one may be set back before the request leaves, and its answer would be taken for another place's.
  const wanted = cursors.map(({ topic, partition, position }) => ({ topic, partition, position }));
  const { answers, client } = await cluster.ask(
    node,
    async (link, client) => ({ answers: await request(link, client, wanted, limits), client }),
    { lane: 'fetch' },
  );
  return answers.flatMap((answer) => {
    const found = asked.get(partitionKey(answer.topic, answer.partition));
    return found === undefined ? [] : [{ ...found, ...readAnswer(answer, found.from, client) }];
  });
}

function readAnswer(
  { topic, partition, errorCode, highWatermark, aborted, records }: PartitionAnswer,
  from: number,
  { crc32c: checksum, protocolErrorsCodesById }: Client,
): Omit<RawFetched, 'cursor' | 'from'> {
  const name = errorCode === 0 ? null : (protocolErrorsCodesById[errorCode] ?? `error ${errorCode}`);
  const damage = name === null ? null : unreadByBroker(name);
  const nothing = { batches: [], damage };
  // An answer with an error has no end of the log.
  const end = errorCode === 0 ? safeOffset(highWatermark, topic, partition) : 0;
  const split = errorCode === 0 ? splitBatches(records, { from, end, checksum }) : nothing;
  const last = split.batches.at(-1)?.lastOffset;
  return {
    ...split,
    problem: damage === null ? name : null,
    aborted,
    next: last === undefined ? from : Math.max(from, last + 1),
    highWatermark: end,
  };
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
    fetched.map(async ({ cursor, from, aborted, highWatermark, ...split }) => ({
      cursor,
      highWatermark,
      ...(await decodeBatches(split, { topic: cursor.topic, partition: cursor.partition, from, aborted })),
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
