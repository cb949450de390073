import { groupTopics, topics } from '@millrace/contracts';
import { type Broker, type InboundRecord, isCodedError, type Serde } from '@millrace/messaging';
import { deadLetterStatuses } from '@millrace/operator-api';
import { deadLetterRow } from './dead-letter.ts';
import type { DeadLetterIndex, IndexBatch, StatusChange } from './dead-letter-index.ts';

export interface RebuildOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly index: DeadLetterIndex;
  readonly groups: readonly string[];
}

const recordsPerBatch = 500;

/**
 * Reads every dead letter, ack and status that Kafka keeps into the index again. With `clear` the index is emptied first.
 * Safe beside the running indexer: both write the same facts. Returns how many dead letters were read.
 */
export async function rebuildIndex(
  options: RebuildOptions & { readonly clear: boolean },
  signal?: AbortSignal,
): Promise<number> {
  const { broker, index, groups, serde } = options;
  const groupOf = new Map(groups.map((group) => [groupTopics(group).dlq, group]));
  const end = await broker.admin.offsets([...groupOf.keys(), topics.opsReplayAck.name, topics.opsDlqStatus.name]);
  if (options.clear) await index.clear();
  const rangesOf = (wanted: (topic: string) => boolean) =>
    end
      .filter(({ topic }) => wanted(topic))
      .map(({ topic, partition, earliest, latest }) => ({ topic, partition, from: earliest, to: latest }));

  let read = 0;
  for await (const records of chunks(
    broker.readRanges(
      rangesOf((topic) => groupOf.has(topic)),
      signal,
    ),
  )) {
    const deadLetters = records.map((record) => deadLetterRow(record, groupOf.get(record.topic) as string));
    read += deadLetters.length;
    await index.apply({ ...nothing, deadLetters });
  }
  for await (const records of chunks(
    broker.readRanges(
      rangesOf((topic) => topic === topics.opsDlqStatus.name),
      signal,
    ),
  )) {
    const statuses = await decodeAll(records, async (value) =>
      statusOf(await serde.decode(topics.opsDlqStatus, value)),
    );
    await index.apply({ ...nothing, statuses: statuses.flat() });
  }
  for await (const records of chunks(
    broker.readRanges(
      rangesOf((topic) => topic === topics.opsReplayAck.name),
      signal,
    ),
  )) {
    await index.apply({
      ...nothing,
      acks: await decodeAll(records, async (value, { partition, offset }) => ({
        ...(await serde.decode(topics.opsReplayAck, value)),
        partition,
        offset,
      })),
    });
  }
  const followed = end.filter(({ topic }) => topic !== topics.opsDlqStatus.name);
  await index.apply({
    ...nothing,
    positions: followed.map(({ topic, partition, latest }) => ({ topic, partition, offset: latest })),
  });
  return read;
}

const nothing: IndexBatch = { deadLetters: [], acks: [], statuses: [], positions: [] };

async function decodeAll<T>(
  records: readonly InboundRecord[],
  decode: (value: Buffer, record: InboundRecord) => Promise<T>,
): Promise<readonly T[]> {
  const decoded = records.map(async (record): Promise<readonly T[]> => {
    try {
      return record.value === null ? [] : [await decode(record.value, record)];
    } catch (error) {
      if (isCodedError(error) && error.disposition.kind === 'dead-letter') return []; // foreign bytes say nothing
      throw error;
    }
  });
  return (await Promise.all(decoded)).flat();
}

function statusOf(said: { dlqId: string; status: string; job: string | null; at: number }): readonly StatusChange[] {
  const status = deadLetterStatuses.find((known) => known === said.status.toUpperCase().replaceAll('-', '_'));
  return status === undefined ? [] : [{ dlqId: said.dlqId, status, job: said.job, at: said.at }];
}

async function* chunks(records: AsyncIterable<InboundRecord>): AsyncGenerator<readonly InboundRecord[]> {
  let chunk: InboundRecord[] = [];
  for await (const record of records) {
    chunk.push(record);
    if (chunk.length < recordsPerBatch) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
