import type { InboundRecord, PartitionRange, ReaderOptions, TopicReader } from '../broker.ts';
import { Cluster } from './cluster.ts';

export function createInMemoryReader(
  cluster: Cluster,
  isReachable: () => boolean,
  options: ReaderOptions,
): TopicReader {
  const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
  const positions = options.topics.flatMap((topic) =>
    cluster.topic(topic).logs.map((log, partition) => ({
      ...{ topic, partition, log },
      next: options.from === 'earliest' ? 0 : log.end,
      target: log.end,
    })),
  );
  let isOpen = true;
  let isScheduled = false;
  const poll = (): void => {
    isScheduled = false;
    if (!isOpen || !isReachable()) return;
    for (const position of positions) {
      // Made anew meanwhile: everything in it is new.
      if (cluster.log(position.topic, position.partition) !== position.log)
        Object.assign(position, { log: cluster.log(position.topic, position.partition), next: 0, target: 0 });
      for (let at = Cluster.seek(position.log, position.next); at < position.log.records.length && isOpen; at += 1) {
        const record = position.log.records[at] as InboundRecord;
        position.next = record.offset + 1;
        options.onRecord(record);
      }
      position.next = Math.max(position.next, position.target);
    }
    resolve();
  };
  const wake = (): void => {
    if (isScheduled || !isOpen) return;
    isScheduled = true;
    setImmediate(poll);
  };
  const stopListening = cluster.onAppend(wake);
  wake();
  return {
    caughtUp,
    async close() {
      isOpen = false;
      stopListening();
    },
  };
}

/** One record of each range in turn, until all have ended. */
export async function* readInMemoryRanges(
  cluster: Cluster,
  ranges: readonly PartitionRange[],
  signal: AbortSignal | undefined,
): AsyncGenerator<InboundRecord> {
  const open = ranges.map(({ topic, partition, from, to }) => {
    const log = cluster.log(topic, partition);
    return { log, next: from, end: Math.min(to, log.end) };
  });
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const range of open) {
      signal?.throwIfAborted();
      const record = range.log.records[Cluster.seek(range.log, range.next)];
      if (record === undefined || record.offset >= range.end) continue;
      range.next = record.offset + 1;
      isMore = true;
      yield record;
    }
  }
}
