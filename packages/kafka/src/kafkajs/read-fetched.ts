import type { InboundRecord } from '@millrace/messaging';
import type { FetchedPartition } from 'kafkajs/src/cluster/index.js';
import checksum from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import type { Decoded } from '../reading/decode-batches.ts';
import { readRecordSet } from '../reading/read-record-set.ts';
import { unreadByBroker } from '../reading/record-batch.ts';
import type { FetchedRecords, FetchedTopic } from './membership.ts';

const corruptMessage = 2;

/** What a fetch from that offset brought for one partition. Our patch leaves the bytes as they came. */
export async function readFetched(topic: string, from: number, fetched: FetchedPartition): Promise<Decoded> {
  const { partition, errorCode, highWatermark, abortedTransactions, messages: data } = fetched;
  if (errorCode !== 0) {
    const answer = errorCode === corruptMessage ? 'CORRUPT_MESSAGE' : 'UNKNOWN_SERVER_ERROR';
    return { records: [], next: from, damage: unreadByBroker(answer) };
  }
  const aborted = (abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId: BigInt(producerId),
    firstOffset: Number(firstOffset),
  }));
  return readRecordSet({ topic, partition, from, highWatermark: Number(highWatermark), aborted, data }, checksum);
}

/** As the client goes on with them: also where nothing but the end of a batch came. */
export function asFetched(records: readonly InboundRecord[], from: number, next: number): FetchedRecords {
  return Object.assign([...records], next > from ? { lastOffset: String(next - 1) } : {});
}

export const countRecords = (topics: readonly FetchedTopic[]): number =>
  topics.reduce((sum, { partitions }) => sum + partitions.reduce((all, { messages }) => all + messages.length, 0), 0);
