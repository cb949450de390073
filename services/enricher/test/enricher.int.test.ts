import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { testCluster, testDatabase } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, type KafkaBroker, provision } from '@millrace/kafka';
import { connectLedger, type Ledger } from '@millrace/ledger';
import { readDeadLetter, readIdentity } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { anIssueOf, aWebhook, ticketCreated } from './builders.ts';
import { type Fixture, specs, startEnricher } from './enricher-fixture.ts';

// Other files share the cluster and its topics: what this file wrote is known by its ids.
const { kafkaBrokers, registryUrl } = testCluster();
const logger = createLogger({ service: 'test', level: 'silent' });
const run = randomUUID().slice(0, 8);
const closing: (() => Promise<unknown>)[] = [];
let broker: KafkaBroker;
let ledger: Ledger;
let fixture: Fixture;

const fail = (error: Error): never => {
  throw error;
};
const start = (): Promise<Fixture> =>
  startEnricher(broker, connectRegistry({ url: registryUrl, logger }), fail, ledger.bodies);
const ticketsOf = async (id: string) =>
  (await fixture.values(topics.ticketsEnriched)).filter(({ raw }) => raw?.id === id);

beforeAll(async () => {
  broker = connectKafka({ brokers: kafkaBrokers, clientId: 'enricher-test', logger });
  closing.push(() => broker.close());
  await provision(broker.admin, specs);
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  const database = await testDatabase();
  closing.push(() => database.drop());
  ledger = connectLedger({ url: database.url, schema: 'enricher', now: Date.now, logger });
  await ledger.open();
  closing.push(() => ledger.close());
  fixture = await start();
  closing.push(() => fixture.close());
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

describe('enricher on Kafka, registry and Postgres', () => {
  it('turns a webhook into an enriched ticket', async () => {
    const id = `${run}-ticket`;
    await fixture.webhook(id, `zendesk:${id}`, aWebhook(ticketCreated));
    await fixture.settled();
    expect(await ticketsOf(id)).toMatchObject([
      { source: 'zendesk', context: { account: { found: false } }, entity: { id: '35436' } },
    ]);
  });

  it('fetches a body of 2 MB by its claim check', async () => {
    const id = `${run}-large`;
    const { body, ...webhook } = aWebhook(ticketCreated);
    const large = JSON.parse(String(body)) as { detail: { description: string } };
    large.detail.description = 'x'.repeat(2_000_000);
    const bytes = Buffer.from(
      JSON.stringify({
        ...large,
        detail: { ...large.detail, description: 'short', padding: large.detail.description },
      }),
    );
    const bodyRef = {
      ref: await ledger.bodies.put(bytes),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    };
    await fixture.webhook(id, `zendesk:${id}`, { ...webhook, body: null, bodyRef });
    await fixture.settled();
    expect(await ticketsOf(id)).toMatchObject([{ entity: { description: 'short' } }]);
  });

  it('dead-letters a required miss; once the row is loaded a redrive delivers it', async () => {
    const id = `${run}-issue`;
    const repository = `acme/${run}`;
    await fixture.webhook(id, `github:${id}`, anIssueOf(repository));
    await fixture.settled();
    const deadLetter = (await fixture.deadLetters('enricher.issues')).find(
      ({ headers }) => readIdentity(headers).correlationid === id,
    );
    expect(readDeadLetter(deadLetter?.headers ?? [])).toMatchObject({ errorCode: 'X_ENRICH_LOOKUP_MISSING' });

    await fixture.row('owners', repository, { team: 'weirs' });
    if (deadLetter) await fixture.redrive('enricher.issues', deadLetter);
    await fixture.settled();
    const issues = (await fixture.values(topics.issuesEnriched)).filter(({ raw }) => raw?.id === id);
    expect(issues).toMatchObject([{ context: { owner: { found: true, attributes: { team: 'weirs' } } } }]);
  });

  it('goes on where it was after a stop, with its tables read again', async () => {
    const id = `${run}-after`;
    await fixture.close();
    fixture = await start();
    await fixture.webhook(id, `github:${id}`, anIssueOf(`acme/${run}`));
    await fixture.settled();
    expect((await fixture.values(topics.issuesEnriched)).filter(({ raw }) => raw?.id === id)).toHaveLength(1);
    expect(await ticketsOf(`${run}-ticket`)).toHaveLength(1);
  });
});
