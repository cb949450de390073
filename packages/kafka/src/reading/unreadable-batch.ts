import { CodedError, halt, type RecordPosition } from '@millrace/messaging';
import type { Damage } from './record-batch.ts';

/** So often in a row the same place is fetched before it counts as unreadable: bytes may be damaged on their way. */
export const mostTries = 6;

/** How long to wait before the next of them. */
export const restAfterMs = (tries: number): number => 100 * 2 ** (tries - 1);

/** @param at where reading stands: the next offset that is wanted. */
export function unreadableBatch(at: RecordPosition, { what, lastOffset, cause }: Damage): CodedError {
  const where = `${at.topic}/${at.partition}`;
  const behind =
    lastOffset === null
      ? 'it does not say where it ends'
      : `it ends at offset ${lastOffset}, and offset ${lastOffset + 1} is behind it`;
  return new CodedError(
    'X_KAFKA_BATCH_UNREADABLE',
    `${where} cannot be read on from offset ${at.offset}: the record batch there ${what}; ${behind}. Restore it from a replica, or set the group behind it (\`millrace pipelines seek\`), then resume the pipeline`,
    { disposition: halt, cause },
  );
}
