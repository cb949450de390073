import type { Topic } from '@millrace/contracts';
import type { InboundRecord } from '../broker.ts';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Envelope } from '../envelope.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { type Arrival, emptyRecord, envelopeOf } from './inbound.ts';

export type DecodeRecord<T> = (record: InboundRecord, arrival: Arrival) => Envelope<T> | Promise<Envelope<T>>;

/** Reads a record with the schema of the topic that it first stood in. */
export function createDecodeRecord<T>({ from }: Pick<Pipeline<T>, 'from'>, serde: Serde): DecodeRecord<T> {
  const topics: ReadonlyMap<string, Topic<T>> = new Map(from.map((topic) => [topic.name, topic]));
  const only = topics.size === 1 ? from[0] : undefined;

  return (record, arrival) => {
    const topic = topics.get(arrival.origin.topic) ?? only;
    if (topic === undefined) throw unread(arrival.origin.topic);
    if (record.value === null) throw emptyRecord(topic.name);
    const data = serde.decode(topic, record.value);
    return isPromise(data)
      ? data.then((decoded) => envelopeOf(record, arrival, topic, decoded))
      : envelopeOf(record, arrival, topic, data);
  };
}

export function isPromise<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

function unread(topic: string): CodedError {
  return new CodedError('X_DECODE_FAILED', `this pipeline does not read ${topic}, where the record came from`, {
    disposition: deadLetter,
    step: 'decode',
  });
}
