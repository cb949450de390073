import {
  eventId,
  type InboundRecord,
  readDeadLetter,
  readHeldPlace,
  readIdentity,
  readReplay,
} from '@millrace/messaging';
import type { deadLetterStatuses } from '@millrace/operator-api';
import { destinations, fitId, fitText, idOfBytes, keyBytes } from '@millrace/text';

/** How a dead letter stands. */
export type DeadLetterStatus = (typeof deadLetterStatuses)[number];

/** Still somebody's concern. `FAILED_AGAIN` is not: the dead letter that came of it stands in its place. */
export const openStatuses: readonly DeadLetterStatus[] = ['UNRESOLVED', 'SCHEDULED', 'REDRIVEN', 'PARKED'];

/** After so many redrives a record is parked: only an operator who forces it sends it again. */
export const maxRedrives = 3;

/** Of a dead letter that was not tried: its key is held behind an earlier one, and it follows that one by itself. */
export const heldCode = 'X_KEY_HELD';

/** One dead letter as the index holds it. Times are epoch milliseconds. */
export interface DeadLetterRow {
  readonly dlq_id: string;
  readonly group: string;
  readonly status: DeadLetterStatus;
  readonly status_at: number;
  readonly fingerprint: string;
  readonly code: string;
  readonly error_class: string;
  readonly error_type: string;
  readonly message: string;
  readonly step: string;
  readonly service: string;
  readonly version: string;
  readonly attempts: number;
  readonly origin_topic: string;
  readonly origin_partition: number;
  readonly origin_offset: number;
  readonly origin_timestamp: number;
  readonly first_failed_at: number;
  readonly failed_at: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly bytes: number;
  readonly key: string | null;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly correlation_id: string | null;
  readonly generation: number;
  readonly replay_job: string | null;
  readonly replay_of: string | null;
  readonly replay_count: number;
  /** The line of its held key; null where none is held. */
  readonly hold: string | null;
  /** Its place in that line. */
  readonly held_at: number | null;
}

/** What the index keeps of a record in `dlq.<group>`. Total: any bytes make a row, foreign records too. */
export function deadLetterRow(record: InboundRecord, group: string): DeadLetterRow {
  const facts = readDeadLetter(record.headers) ?? foreign(record, group);
  const identity = readIdentity(record.headers);
  const replay = readReplay(record.headers);
  const count = replay?.count ?? 0;
  const place = readHeldPlace(record.headers);
  return {
    dlq_id: fitId(facts.id),
    group,
    // What was only held was not tried in vain.
    status: count >= maxRedrives && facts.errorCode !== heldCode ? 'PARKED' : 'UNRESOLVED',
    status_at: record.timestamp,
    fingerprint: storable(facts.fingerprint),
    code: storable(facts.errorCode),
    error_class: facts.errorClass,
    error_type: storable(facts.errorType),
    message: storable(facts.errorMessage),
    step: facts.step,
    service: storable(facts.service),
    version: storable(facts.version),
    attempts: countable(facts.attempts),
    origin_topic: storable(facts.first.topic),
    origin_partition: facts.first.partition,
    origin_offset: facts.first.offset,
    origin_timestamp: facts.first.timestamp,
    first_failed_at: facts.first.firstFailedAt || record.timestamp,
    failed_at: facts.lastFailedAt || record.timestamp,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    bytes: (record.key?.length ?? 0) + (record.value?.length ?? 0),
    key: record.key === null ? null : idOfBytes(record.key, keyBytes),
    event_id: storable(identity.id),
    event_type: storable(identity.type),
    correlation_id: storable(identity.correlationid),
    generation: identity.generation ?? 0,
    replay_job: storable(replay?.job ?? null),
    replay_of: replay === null ? null : fitId(replay.of),
    replay_count: countable(count),
    hold: storable(place?.hold ?? null),
    held_at: place?.at ?? null,
  };
}

function foreign({ topic, partition, offset, timestamp }: InboundRecord, group: string) {
  return {
    id: eventId([topic, partition, offset]),
    group,
    service: '',
    version: '',
    step: 'decode',
    first: { topic, partition, offset, timestamp, firstFailedAt: timestamp },
    errorClass: 'POISON',
    errorCode: 'X_DLQ_FOREIGN',
    errorType: '',
    errorMessage: 'a record without dead-letter headers of ours',
    fingerprint: 'foreign',
    attempts: 0,
    lastFailedAt: timestamp,
  } as const;
}

/** Nothing of ours counts further than Postgres's `int`. */
const countable = (count: number): number => Math.min(count, 2 ** 31 - 1);

/** Headers hold anything, and an index entry has its limits. */
function storable<T extends string | null>(text: T): T {
  return (text === null ? null : fitText(text, destinations.deadLetterMessage)) as T;
}
