import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase } from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, type KafkaBroker, provision } from '@millrace/kafka';
import { connectLedger, type Ledger } from '@millrace/ledger';
import { readDeadLetter, readIdentity } from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { anIssueOf, aTicket, aWebhook, ticketCreated } from './builders.ts';
import { type Fixture, specs, startEnricher } from './enricher-fixture.ts';
import { answers, freePort, happens, type Run, runMain } from './enricher-process.ts';
import { openRawRecords } from './raw-records.ts';

// Other files share the cluster and its topics: what this file wrote is known by its ids.
const { kafkaBrokers, registryUrl } = testCluster();
const logger = createLogger({ service: 'test', level: 'silent' });
const runId = randomUUID().slice(0, 8);
const flows = join(import.meta.dirname, '../../../infra/flows');
const closing: (() => Promise<unknown>)[] = [];
let broker: KafkaBroker;
let database: TestDatabase;

beforeAll(async () => {
  broker = connectKafka({ brokers: kafkaBrokers, clientId: 'enricher-test', logger });
  closing.push(() => broker.close());
  await provision(broker.admin, specs);
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
  database = await testDatabase();
  closing.push(() => database.drop());
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

// One file, because process and stages have the same consumer groups.
describe('the enricher process', () => {
  const services: Run[] = [];
  const run = async (env: Readonly<Record<string, string>> = {}): Promise<Run> => {
    const servers = {
      MILLRACE_KAFKA_BROKERS: kafkaBrokers.join(','),
      MILLRACE_REGISTRY_URL: registryUrl,
      MILLRACE_POSTGRES_URL: database.url,
    };
    const service = await runMain({ ...servers, MILLRACE_FLOWS: flows, ...env });
    services.push(service);
    return service;
  };
  afterEach(() => {
    for (const service of services.splice(0)) service.kill();
  });

  it('gets ready, and ends in order with 0 when asked to', async () => {
    const service = await run();
    expect(await answers(`${service.url}/readyz`, 200)).toMatchObject({ ready: true });
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('waits alive but not ready while Kafka is away, and can be stopped meanwhile', async () => {
    const service = await run({ MILLRACE_KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    await answers(`${service.url}/healthz`, 200);
    expect(await answers(`${service.url}/readyz`, 503)).toMatchObject({ ready: false });
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('waits while the registry is away, and can be stopped meanwhile', async () => {
    const service = await run({ MILLRACE_REGISTRY_URL: `http://127.0.0.1:${await freePort()}` });
    await answers(`${service.url}/readyz`, 503);
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  // A producer states any time of 64 bits, and a broker takes it where the topic was made by hand: the process ended for it,
  // and each one after it.
  it('goes on past records of whatever time their producer states, and takes the next ordinary one', async () => {
    const { name: topic } = topics.webhooksReceived;
    const timed = (type: string, aheadMs: bigint): Promise<void> =>
      broker.admin.alterTopicConfig(topic, {
        'message.timestamp.type': type,
        'message.timestamp.after.max.ms': String(aheadMs),
      });
    await timed('CreateTime', 2n ** 63n - 1n);
    const records = await openRawRecords(broker, { registryUrl, logger });
    closing.push(() => records.close());
    const service = await run();
    await answers(`${service.url}/readyz`, 200);
    const impossible = [-9e15, -8.64e15 - 1, 8.64e15 + 1, 9e15];
    const named = (kind: string, timestamp: number): string => `${runId}-${kind}${timestamp}`;
    for (const timestamp of [...impossible, -8.64e15, -1]) {
      await records.webhook(named('timed', timestamp), { ceTime: true, timestamp });
      await records.webhook(named('untimed', timestamp), { ceTime: false, timestamp });
    }
    // Of the same key, so it stands behind all of them.
    await records.webhook(`${runId}-ordinary`, { ceTime: true });
    await timed('LogAppendTime', 3_600_000n);
    await happens(async () => (await records.enriched()).includes(`${runId}-ordinary`), 'the ordinary one is enriched');
    expect(await answers(`${service.url}/readyz`, 200)).toMatchObject({ ready: true });
    const untimed = (await records.deadLetters()).filter(({ id }) => id.startsWith(`${runId}-untimed`));
    for (const timestamp of impossible)
      expect(untimed).toContainEqual({ id: named('untimed', timestamp), code: 'X_DECODE_TIME' });
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  }, 60_000);

  it('ends with every problem of its settings, or of the flows, before anything opens', async () => {
    const settings = await (await run({ MILLRACE_KAFKA_BROKERS: '', MILLRACE_POSTGRES_URL: 'here' })).ended;
    expect(settings).toMatchObject({ code: 1, stderr: expect.stringMatching(/KAFKA_BROKERS[\s\S]*POSTGRES_URL/) });
    const noFlows = await (await run({ MILLRACE_FLOWS: join(flows, 'nowhere') })).ended;
    expect(noFlows).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^flow files cannot be read from .*ENOENT\n$/),
    });
  });
});

describe('enricher on Kafka, registry and Postgres', () => {
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
    ledger = connectLedger({ url: database.url, schema: 'enricher', now: Date.now, logger });
    await ledger.open();
    fixture = await start();
  });
  afterAll(async () => {
    await fixture.close();
    await ledger.close();
  });

  it('turns a webhook into an enriched ticket', async () => {
    const id = `${runId}-ticket`;
    await fixture.webhook(id, `zendesk:${id}`, aWebhook(ticketCreated));
    await fixture.settled();
    expect(await ticketsOf(id)).toMatchObject([
      { source: 'zendesk', context: { account: { found: false } }, entity: { id: '35436' } },
    ]);
  });

  it('orders the events of two gateways by the log, though the clock of the first is ahead', async () => {
    const id = `${runId}-clocks`;
    const event = (status: string) => ({ ...aTicket({ id, status }), sequence: null, source: 'shop' });
    await fixture.businessEvent(`${id}-1`, event('open'), Date.now() + 3_600_000);
    await fixture.businessEvent(`${id}-2`, event('solved'), Date.now() - 3_600_000);
    await fixture.settled();
    const enriched = (await fixture.values(topics.ticketsEnriched)).filter(({ entity }) => entity.id === id);
    const newest = enriched.toSorted((a, b) => ((a.sequence ?? '') < (b.sequence ?? '') ? -1 : 1));
    expect(newest.map(({ entity }) => entity.status)).toEqual(['open', 'solved']);
  });

  it('takes what producers state for newer, whichever came last', async () => {
    const id = `${runId}-stated`;
    const event = (status: string, updatedAt: number) => ({
      ...aTicket({ id, status, updatedAt }),
      sequence: null,
      source: 'shop',
    });
    await fixture.businessEvent(`${id}-1`, event('solved', 1_795_170_000_000), Date.now());
    await fixture.businessEvent(`${id}-2`, event('open', 1_795_166_400_000), Date.now());
    await fixture.settled();
    const enriched = (await fixture.values(topics.ticketsEnriched)).filter(({ entity }) => entity.id === id);
    const newest = enriched.toSorted((a, b) => ((a.sequence ?? '') < (b.sequence ?? '') ? -1 : 1));
    expect(newest.map(({ entity }) => entity.status)).toEqual(['open', 'solved']);
  });

  it('fetches a body of 2 MB by its claim check', async () => {
    const id = `${runId}-large`;
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
      ref: await ledger.bodies.put(bytes, null),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    };
    await fixture.webhook(id, `zendesk:${id}`, { ...webhook, body: null, bodyRef });
    await fixture.settled();
    expect(await ticketsOf(id)).toMatchObject([{ entity: { description: 'short' } }]);
  });

  it('dead-letters a required miss; once the row is loaded a redrive delivers it', async () => {
    const id = `${runId}-issue`;
    const repository = `acme/${runId}`;
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
    const id = `${runId}-after`;
    await fixture.close();
    fixture = await start();
    await fixture.webhook(id, `github:${id}`, anIssueOf(`acme/${runId}`));
    await fixture.settled();
    expect((await fixture.values(topics.issuesEnriched)).filter(({ raw }) => raw?.id === id)).toHaveLength(1);
    expect(await ticketsOf(`${runId}-ticket`)).toHaveLength(1);
  });
});
