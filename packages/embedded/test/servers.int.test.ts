import { afterAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { testCluster, testDatabase, testNamespace } from '../src/testing.ts';

describe('the servers of a test run', () => {
  const { kafkaBrokers, registryUrl } = testCluster();
  const kafka = new Kafka({ brokers: [...kafkaBrokers], clientId: 'embedded-test', logLevel: logLevel.NOTHING });

  it('keeps what is produced to Kafka and hands it to a group', async () => {
    const topic = `${testNamespace()}.greetings`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ key: 'a', value: 'hello' }] });
    await producer.disconnect();
    const consumer = kafka.consumer({ groupId: testNamespace() });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const value = await new Promise<string | undefined>((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) });
    });
    await consumer.disconnect();
    expect(value).toBe('hello');
  });

  it('refuses an incompatible schema', async () => {
    const subject = `${testNamespace()}-value`;
    const register = (type: string): Promise<Response> =>
      fetch(`${registryUrl}/subjects/${subject}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema: JSON.stringify({ type: 'record', name: 'R', fields: [{ name: 'f', type }] }) }),
      });
    expect((await register('string')).status).toBe(200);
    await fetch(`${registryUrl}/config/${subject}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility: 'BACKWARD_TRANSITIVE' }),
    });
    expect((await register('int')).status).toBe(409);
  });

  describe('a test database', () => {
    const opened: { drop(): Promise<void> }[] = [];
    afterAll(() => Promise.all(opened.map((database) => database.drop())));

    it('is empty, and nobody else has it', async () => {
      const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
      opened.push(one, other);
      const client = new pg.Client({ connectionString: one.url });
      await client.connect();
      await client.query('CREATE TABLE t (id int)');
      await client.end();
      const second = new pg.Client({ connectionString: other.url });
      await second.connect();
      const { rows } = await second.query(
        "SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public'",
      );
      await second.end();
      expect(rows).toEqual([{ n: 0 }]);
    });
  });
});
