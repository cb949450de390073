import {
  type Cursor,
  type Fetched,
  type FetchLimits,
  groupBy,
  type LogAccess,
  partitionKey,
} from '../reading/log-access.ts';
import type { Connection } from './connection.ts';
import { readFetched } from './read-fetched.ts';

/** One request to every leader of these partitions, without a group. Only settled records are read. */
async function fetchOnce(
  connection: Connection,
  cursors: readonly Cursor[],
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const perNode = groupBy(cursors, ({ topic, partition }) => connection.leader(topic, partition));
  const unknown = perNode.get(null) ?? [];
  for (const topic of new Set(unknown.map((cursor) => cursor.topic))) await connection.locate(topic);
  perNode.delete(null);
  const fetched = await Promise.all(
    [...perNode].map(([node, ofNode]) => fetchFrom(connection, node as number, ofNode, limits)),
  );
  return fetched.flat();
}

async function fetchFrom(
  connection: Connection,
  node: number,
  cursors: readonly Cursor[],
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const broker = await connection.broker(node);
  const byKey = new Map(cursors.map((cursor) => [partitionKey(cursor.topic, cursor.partition), cursor]));
  const perTopic = groupBy(cursors, ({ topic }) => topic);
  const { responses } = await broker
    .fetch({
      maxWaitTime: limits.maxWaitMs,
      minBytes: 1,
      maxBytes: limits.maxBytes,
      isolationLevel: 1,
      topics: [...perTopic].map(([topic, ofTopic]) => ({
        topic,
        partitions: ofTopic.map(({ partition, position }) => ({
          partition,
          fetchOffset: String(position),
          maxBytes: limits.maxBytesPerPartition,
        })),
      })),
    })
    .catch((error: unknown) => {
      // One of them is led by another broker now, and the answer does not say which.
      for (const topic of perTopic.keys()) connection.forget(topic);
      throw error;
    });
  const read = responses.flatMap(({ topicName, partitions }) =>
    partitions.map(async (data): Promise<Fetched | null> => {
      const cursor = byKey.get(partitionKey(topicName, data.partition));
      if (cursor === undefined) return null;
      const decoded = await readFetched(topicName, cursor.position, data);
      return { ...decoded, cursor, highWatermark: Number(data.highWatermark) };
    }),
  );
  return (await Promise.all(read)).filter((fetched) => fetched !== null);
}

/** The log over one connection of this client. */
export function logOver(connection: Connection): LogAccess {
  return {
    locate: (topic) => connection.locate(topic),
    listOffsets: (questions, isolation) => connection.listOffsets(questions, isolation),
    fetch: (cursors, limits) => fetchOnce(connection, cursors, limits),
    reset: () => connection.reset(),
    close: () => connection.close(),
  };
}
