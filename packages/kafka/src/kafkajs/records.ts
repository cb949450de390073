import { CodedError, halt, type InboundRecord } from '@millrace/messaging';
import type { DecodedRecord } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { recordTime } from '../reading/record-time.ts';

export function toInbound(topic: string, partition: number, record: DecodedRecord): InboundRecord {
  return {
    topic,
    partition,
    offset: toOffset(record.offset, topic, partition),
    timestamp: recordTime(Number(record.timestamp)),
    key: record.key,
    value: record.value,
    headers: record.headerPairs,
  };
}

export function toOffset(text: string, topic: string, partition: number): number {
  const offset = Number(text);
  if (Number.isSafeInteger(offset)) return offset;
  throw new CodedError('X_KAFKA_OFFSET_TOO_LARGE', `${topic}/${partition} has offset ${text}, beyond 2^53 - 1`, {
    disposition: halt,
  });
}
