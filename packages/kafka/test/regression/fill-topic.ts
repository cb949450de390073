import type { KafkaBroker } from '../../src/index.ts';

/** A new topic with numbered records, round robin over its partitions. */
export async function fillTopic(
  broker: KafkaBroker,
  topic: string,
  partitions: number,
  records: number,
): Promise<void> {
  await broker.admin.createTopics([{ name: topic, partitions, replicationFactor: 1, config: {} }]);
  await append(broker, topic, partitions, records);
}

export async function append(broker: KafkaBroker, topic: string, partitions: number, records: number): Promise<void> {
  const producer = await broker.createProducer();
  await Promise.all(
    Array.from({ length: records }, (_, at) =>
      producer.send({ topic, partition: at % partitions, key: null, value: Buffer.from(String(at)), headers: [] }),
    ),
  );
  await producer.close();
}
