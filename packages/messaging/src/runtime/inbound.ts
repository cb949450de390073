import { instantOf, type Topic } from '@millrace/contracts';
import { idOfBytes, keyBytes } from '@millrace/text';
import type { InboundRecord } from '../broker.ts';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Delivery, Envelope, Origin } from '../envelope.ts';
import { readFirstFailure } from '../headers/dead-letter.ts';
import { readIdentity } from '../headers/identity.ts';
import { type ReplayFacts, readReplay } from '../headers/replay.ts';
import { readRetry } from '../headers/retry.ts';
import { eventId } from '../ids.ts';
import { isTime } from '../iso-time.ts';

/** What the headers of a record say of how it got here; total, so that a record that does not decode has it too. */
export interface Arrival {
  readonly through: Delivery['through'];
  readonly origin: Origin;
  readonly attempt: number;
  /** The job that put this copy into the lane; null for anything that came by itself. */
  readonly replay: ReplayFacts | null;
}

/** @param time the record's own, where its partition has none that is later. */
export function arrivalOf(
  record: InboundRecord,
  through: Delivery['through'],
  time: number = record.timestamp,
): Arrival {
  const stands = {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: time,
  };
  if (through === 'source') return { through, origin: stands, attempt: 0, replay: null };
  const first = readFirstFailure(record.headers);
  return {
    through,
    origin:
      first === null
        ? stands
        : { topic: first.topic, partition: first.partition, offset: first.offset, timestamp: first.timestamp },
    attempt: through === 'retry' ? (readRetry(record.headers)?.attempt ?? 0) : 0,
    replay: through === 'lane' ? readReplay(record.headers) : null,
  };
}

/**
 * Identity from the headers where they state it; from the origin where a stranger's record states none,
 * so that it too has one id for ever. Throws, coded, for one whose time is none.
 */
export function envelopeOf<T>(record: InboundRecord, arrival: Arrival, topic: Topic<T>, data: T): Envelope<T> {
  const stated = readIdentity(record.headers);
  const { origin, replay } = arrival;
  const id = stated.id ?? eventId([origin.topic, origin.partition, origin.offset]);
  const generation = stated.generation ?? 0;
  return {
    id,
    source: stated.source ?? topic.name,
    type: stated.type ?? topic.type,
    time: timeStated(stated.time) ?? timeOf(origin),
    correlationid: stated.correlationid ?? id,
    causationid: stated.causationid,
    generation: replay?.generation == null ? generation : Math.max(generation, replay.generation),
    traceparent: stated.traceparent,
    key: record.key === null ? '' : idOfBytes(record.key, keyBytes),
    data,
    origin,
    delivery: {
      position: { topic: record.topic, partition: record.partition, offset: record.offset },
      through: arrival.through,
      attempt: arrival.attempt,
      replay: replay === null ? null : { job: replay.job, of: replay.of, count: replay.count },
    },
  };
}

const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** In the form that everything after reads, whatever a stranger's producer wrote. What is no time counts as not stated. */
function timeStated(text: string | null): string | null {
  const at = instantOf(text);
  if (at === null || text === null) return null;
  return plainTime.test(text) ? text : new Date(at).toISOString();
}

/** Not the nearest possible one: it would be newer, or older, than everything else of its key. */
function timeOf({ topic, timestamp }: Origin): string {
  if (isTime(timestamp)) return new Date(timestamp).toISOString();
  throw new CodedError(
    'X_DECODE_TIME',
    `a record of ${topic} states no ce_time, and the time that Kafka has of it is none that a date can say; correct its producer's clock`,
    { disposition: deadLetter, step: 'decode' },
  );
}

export function emptyRecord(topic: string): CodedError {
  return new CodedError('X_DECODE_EMPTY', `a record of ${topic} has no value; this topic does not carry tombstones`, {
    disposition: deadLetter,
    step: 'decode',
  });
}
