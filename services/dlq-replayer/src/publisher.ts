import type { Topic } from '@millrace/contracts';
import { identityHeaders, type Producer, type Serde } from '@millrace/messaging';

/** Writes records of our own topics; resolves when Kafka has them. */
export interface Publisher {
  publish<T>(topic: Topic<T>, key: string, value: T, signal?: AbortSignal): Promise<void>;
}

export interface PublisherOptions {
  readonly producer: Producer;
  readonly serde: Serde;
  readonly now: () => number;
  readonly newId: () => string;
}

export function createPublisher({ producer, serde, now, newId }: PublisherOptions): Publisher {
  return {
    publish: async (topic, key, value, signal) => {
      const id = newId();
      const record = {
        topic: topic.name,
        key: Buffer.from(key),
        value: serde.encode(topic, value),
        headers: identityHeaders({
          id,
          source: 'dlq-replayer',
          type: topic.type,
          time: new Date(now()).toISOString(),
          correlationid: id,
          causationid: null,
          generation: 0,
          traceparent: null,
        }),
      };
      await producer.send(record, signal);
    },
  };
}
