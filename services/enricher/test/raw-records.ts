import { groupTopics, topics } from '@millrace/contracts';
import { connectRegistry, type KafkaBroker } from '@millrace/kafka';
import {
  type HeaderPair,
  type InboundRecord,
  identityHeaders,
  readDeadLetter,
  readIdentity,
} from '@millrace/messaging';
import type { Logger } from '@millrace/service';
import { aWebhook, ticketCreated } from './builders.ts';
import { specs } from './enricher-fixture.ts';

/** Writes to the enricher as any producer may, and reads what a running one makes of it. */
export interface RawRecords {
  /** A webhook of one key, with the time that Kafka is to have of it. */
  webhook(id: string, stated: { readonly ceTime: boolean; readonly timestamp?: number }): Promise<void>;
  /** Ids of the webhooks that a ticket was enriched from. */
  enriched(): Promise<readonly string[]>;
  /** Id and code of every dead letter. */
  deadLetters(): Promise<readonly { readonly id: string; readonly code: string }[]>;
  close(): Promise<void>;
}

export async function openRawRecords(
  broker: KafkaBroker,
  { registryUrl, logger }: { readonly registryUrl: string; readonly logger: Logger },
): Promise<RawRecords> {
  const serde = connectRegistry({ url: registryUrl, logger });
  await serde.pin([topics.webhooksReceived, topics.ticketsEnriched]);
  const producer = await broker.createProducer();
  const all = async (topic: string): Promise<readonly InboundRecord[]> => {
    const found: InboundRecord[] = [];
    const ranges = (await broker.admin.offsets([topic])).map(({ partition, earliest, latest }) => ({
      ...{ topic, partition, from: earliest, to: latest },
    }));
    for await (const record of broker.readRanges(ranges)) found.push(record);
    return found;
  };
  const dlqs = specs.map(({ name }) => name).filter((name) => name.startsWith(groupTopics('').dlq));

  return {
    async webhook(id, { ceTime, timestamp }) {
      const identity = { id, source: 'zendesk', type: 'webhook.received', time: new Date().toISOString() };
      const headers = identityHeaders({
        ...{ ...identity, correlationid: id, causationid: null, generation: 0, traceparent: null },
      });
      const isWanted = ([name]: HeaderPair): boolean => ceTime || name !== 'ce_time';
      await producer.send({
        ...{ topic: topics.webhooksReceived.name, key: Buffer.from('zendesk:absurd') },
        value: serde.encode(topics.webhooksReceived, aWebhook(ticketCreated)),
        headers: headers.filter(isWanted),
        ...(timestamp === undefined ? {} : { timestamp }),
      });
    },
    async enriched() {
      const values = (await all(topics.ticketsEnriched.name)).map(({ value }) => value ?? Buffer.alloc(0));
      const tickets = await Promise.all(values.map((value) => serde.decode(topics.ticketsEnriched, value)));
      return tickets.flatMap(({ raw }) => (raw === null || raw === undefined ? [] : [raw.id]));
    },
    async deadLetters() {
      const records = (await Promise.all(dlqs.map(all))).flat();
      return records.map(({ headers }) => ({
        id: readIdentity(headers).id ?? '',
        code: readDeadLetter(headers)?.errorCode ?? '',
      }));
    },
    close: () => producer.close(),
  };
}
