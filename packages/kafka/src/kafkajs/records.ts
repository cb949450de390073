import { CodedError, halt } from '@millrace/messaging';

export function toOffset(text: string, topic: string, partition: number): number {
  const offset = Number(text);
  if (Number.isSafeInteger(offset)) return offset;
  throw new CodedError('X_KAFKA_OFFSET_TOO_LARGE', `${topic}/${partition} has offset ${text}, beyond 2^53 - 1`, {
    disposition: halt,
  });
}
