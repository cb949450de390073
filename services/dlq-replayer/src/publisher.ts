import type { Topic } from '@millrace/contracts';
import { identityHeaders, type Producer, type Serde } from '@millrace/messaging';

/** Writes records of our own topics; resolves when Kafka has them. */
export interface Publisher {
  publish<T>(topic: Topic<T>, key: string, value: T, signal?: AbortSignal): Promise<void>;
  /** Writes a tombstone: on a compacted topic nothing is left of the key. */
  remove<T>(topic: Topic<T>, key: string, signal?: AbortSignal): Promise<void>;
}

export interface PublisherOptions {
  readonly producer: Producer;
  readonly serde: Serde;
  readonly now: () => number;
  readonly newId: () => string;
}

export function createPublisher({ producer, serde, now, newId }: PublisherOptions): Publisher {
  const send = async <T>(topic: Topic<T>, key: string, value: Buffer | null, signal?: AbortSignal): Promise<void> => {
    const id = newId();
    const headers = identityHeaders({
      id,
      source: 'dlq-replayer',
      type: topic.type,
      time: new Date(now()).toISOString(),
      correlationid: id,
      causationid: null,
      generation: 0,
      traceparent: null,
    });
    await producer.send({ topic: topic.name, key: Buffer.from(key), value, headers }, signal);
  };
  return {
    publish: async (topic, key, value, signal) => send(topic, key, serde.encode(topic, value), signal),
    remove: (topic, key, signal) => send(topic, key, null, signal),
  };
}
