import { type TicketClassified, topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, type KafkaBroker } from '@millrace/kafka';
import { identityHeaders } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import pg from 'pg';
import { aVendorStreet, type VendorStreet } from './a-system.ts';

/** What a process of the service runs among: real Kafka, registry and Postgres, and vendors that behave as documented. */
export interface Surroundings {
  readonly kafkaBrokers: readonly string[];
  readonly registryUrl: string;
  readonly broker: KafkaBroker;
  readonly database: TestDatabase;
  /** Into that database. */
  readonly reader: pg.Pool;
  readonly street: VendorStreet;
  /** As the classifier would; the topic is everybody's. */
  publish(eventId: string, source: string, ticket: TicketClassified): Promise<void>;
  close(): Promise<void>;
}

export async function connectSurroundings(clientId: string): Promise<Surroundings> {
  const { kafkaBrokers, registryUrl } = testCluster();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const broker = connectKafka({ brokers: kafkaBrokers, clientId, logger });
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  const serde = connectRegistry({ url: registryUrl, logger });
  await serde.pin([topics.ticketsClassified]);
  const producer = await broker.createProducer();
  const database = await testDatabase();
  const reader = new pg.Pool({ connectionString: database.url, max: 1 });
  reader.on('error', () => undefined);
  const street = await aVendorStreet();
  return {
    ...{ kafkaBrokers, registryUrl, broker, database, reader, street },
    async publish(id, source, ticket) {
      const { name: topic, type } = topics.ticketsClassified;
      await producer.send({
        topic,
        key: Buffer.from(`zendesk:${ticket.entity.id}`),
        value: serde.encode(topics.ticketsClassified, ticket),
        headers: identityHeaders({
          ...{ id, source, type, time: new Date().toISOString() },
          ...{ correlationid: id, causationid: null, generation: 0, traceparent: null },
        }),
      });
    },
    async close() {
      await producer.close();
      await broker.close();
      await reader.end();
      await street.close();
      await database.drop();
    },
  };
}
