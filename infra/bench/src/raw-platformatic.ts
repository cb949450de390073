import { Consumer, Producer, stringDeserializer } from '@platformatic/kafka';

/** Values and keys as they stand; names of headers as text, as everything that reads them wants. */
export type RawConsumer = Consumer<Buffer, Buffer, string, Buffer>;
export type RawProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/** The second client's own producer, as its documentation has it. */
export const rawProducer = (brokers: readonly string[]): RawProducer =>
  new Producer({ clientId: 'bench-raw', bootstrapBrokers: [...brokers], autocreateTopics: false });

/** Its own consumer: positions are committed by hand, after what they stand for is written. */
export const rawConsumer = (brokers: readonly string[], groupId: string): RawConsumer =>
  new Consumer<Buffer, Buffer, string, Buffer>({
    clientId: 'bench-raw',
    bootstrapBrokers: [...brokers],
    groupId,
    autocommit: false,
    maxWaitTime: 250,
    deserializers: { headerKey: (name) => stringDeserializer(name) },
  });

export const allReplicas = -1;
