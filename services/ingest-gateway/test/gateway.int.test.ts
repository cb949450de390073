import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topicSpecs, topics, type WebhookReceived } from '@millrace/contracts';
import { freePorts, type RunningKafka, startKafka } from '@millrace/embedded';
import {
  type CuttableProxy,
  openCuttableProxy,
  type TestDatabase,
  testCluster,
  testDatabase,
} from '@millrace/embedded/testing';
import { connectKafka, connectRegistry, connectSchemaAdmin, provision } from '@millrace/kafka';
import { headerText } from '@millrace/messaging';
import { type Credentials, connectCredentials } from '@millrace/operator-api/credentials';
import { createLogger } from '@millrace/service';
import { gatewayTopics } from '../src/gateway.ts';
import { apiKey, postEvent, postWebhook, secrets, tokens, zendeskEvent } from './gateway-fixture.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const flows = `sources:
  zendesk: { connector: zendesk, secret: "\${ZENDESK}" }
  github: { connector: github, secret: "\${GITHUB}" }
`;

let folder: string;
let kafkaPorts: readonly number[];
let kafka: RunningKafka | null = null;
let database: TestDatabase;
let postgresWay: CuttableProxy;
let registryWay: CuttableProxy;
let env: Readonly<Record<string, string>>;
let gateway: GatewayProcess;

const openKafka = async (): Promise<void> => {
  const [port = 0, controllerPort = 0] = kafkaPorts;
  kafka = await startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort });
};
const brokers = (): readonly string[] => [`127.0.0.1:${kafkaPorts[0]}`];
const until = async (what: string, isTrue: () => Promise<boolean>, ms = 30_000): Promise<void> => {
  const deadline = Date.now() + ms;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms\n${gateway.logs().slice(-3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const sendZendesk = (id: string): Promise<Response> => postWebhook(gateway.url, 'zendesk', zendeskEvent(id, id));
const code = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code;

/** Every raw record in Kafka, read by another client than the gateway's. */
const rawRecords = async (): Promise<readonly { id: string | null; value: WebhookReceived }[]> => {
  const broker = connectKafka({ brokers: brokers(), clientId: 'test', logger });
  const serde = connectRegistry({ url: testCluster().registryUrl, logger });
  try {
    const offsets = await broker.admin.offsets([topics.webhooksReceived.name]);
    const ranges = offsets.map(({ topic, partition, earliest, latest }) => ({
      topic,
      partition,
      from: earliest,
      to: latest,
    }));
    const records = [];
    for await (const record of broker.readRanges(ranges))
      records.push({
        id: headerText(record.headers, 'ce_id'),
        value: await serde.decode(topics.webhooksReceived, record.value ?? Buffer.alloc(0)),
      });
    return records;
  } finally {
    serde.close();
    await broker.close();
  }
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-gateway-'));
  kafkaPorts = await freePorts(2);
  database = await testDatabase();
  const postgres = new URL(database.url);
  const registry = new URL(testCluster().registryUrl);
  postgresWay = await openCuttableProxy({ host: postgres.hostname, port: Number(postgres.port) });
  registryWay = await openCuttableProxy({ host: registry.hostname, port: Number(registry.port) });
  postgres.port = String(postgresWay.port);
  registry.port = String(registryWay.port);
  const schemas = connectSchemaAdmin({ url: testCluster().registryUrl });
  for (const topic of gatewayTopics) await schemas.register(topic.subject, topic.schema);
  const sha256 = createHash('sha256').update(apiKey).digest('hex');
  await writeFile(join(folder, 'flows.yaml'), flows);
  await writeFile(join(folder, 'tokens.json'), JSON.stringify(tokens));
  await writeFile(join(folder, 'sources.json'), JSON.stringify({ keys: [{ client: 'shop', sha256, scopes: ['*'] }] }));
  const [port, adminPort] = await freePorts(2);
  env = {
    ...secrets,
    MILLRACE_PORT: String(port),
    MILLRACE_ADMIN_PORT: String(adminPort),
    MILLRACE_KAFKA_BROKERS: brokers().join(','),
    MILLRACE_REGISTRY_URL: registry.href,
    MILLRACE_POSTGRES_URL: postgres.href,
    MILLRACE_FLOWS: join(folder, 'flows.yaml'),
    MILLRACE_TOKENS_FILE: join(folder, 'tokens.json'),
    MILLRACE_SOURCES_FILE: join(folder, 'sources.json'),
    MILLRACE_PRODUCE_TIMEOUT_MS: '2000',
    MILLRACE_LOG_LEVEL: 'info',
  };
});

afterAll(async () => {
  await gateway.end('SIGKILL');
  await kafka?.stop();
  await Promise.all([postgresWay.close(), registryWay.close()]);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

// One process through one bad day: each step leaves what the next begins with.
describe('the gateway, from outside', () => {
  it('opens without Kafka, registry and Postgres, and answers 503 with Retry-After', async () => {
    registryWay.cut();
    postgresWay.cut();
    gateway = await startGateway(env);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    const response = await sendZendesk('boot');
    expect([response.status, response.headers.get('retry-after') !== null]).toEqual([503, true]);
    expect(await code(response)).toBe('X_GATEWAY_KAFKA_AWAY');
  });

  it('recovers by itself once they are there', async () => {
    await openKafka();
    const broker = connectKafka({ brokers: brokers(), clientId: 'provision', logger });
    await provision(broker.admin, topicSpecs([]));
    await broker.close();
    registryWay.restore();
    postgresWay.restore();
    await until('ready', async () => (await fetch(`${gateway.url}/readyz`)).status === 200);
    await until('accepted', async () => (await sendZendesk('boot')).status < 300);
    await until('checked', async () => {
      await sendZendesk('first');
      return (await sendZendesk('first')).status === 200;
    });
  });

  it('takes a genuine webhook once, though it is sent three times, and another client reads its bytes', async () => {
    const first = await sendZendesk('thrice');
    const statuses = [first.status, (await sendZendesk('thrice')).status, (await sendZendesk('thrice')).status];
    expect(statuses).toEqual([202, 200, 200]);
    const { id } = (await first.json()) as { id: string };
    const records = (await rawRecords()).filter((record) => record.id === id);
    expect(records).toHaveLength(1);
    expect(records[0]?.value).toMatchObject({ body: Buffer.from(zendeskEvent('thrice', 'thrice')), dedupe: 'checked' });
    expect((await postWebhook(gateway.url, 'zendesk', zendeskEvent('thrice'), { secret: 'wrong' })).status).toBe(401);
  });

  it('tells an operator where an event went', async () => {
    const { id } = (await (await sendZendesk('traced')).json()) as { id: string };
    const find = async (): Promise<{ position: { topic: string } | null }> =>
      (await (
        await fetch(`${gateway.adminUrl}/admin/v1/events/${id}`, {
          headers: { authorization: `Bearer ${tokens.operator}` },
        })
      ).json()) as never;
    await until('completed', async () => (await find()).position !== null);
    expect(await find()).toMatchObject({
      id,
      source: 'zendesk',
      position: { topic: 'webhooks.received.v1', offset: expect.any(Number) },
    });
  });

  it('takes business events, and tells a conflict from a repetition', async () => {
    const key = { 'idempotency-key': 'order-1' };
    const statuses = [];
    for (const subject of ['late', 'late', 'early'])
      statuses.push((await postEvent(gateway.url, 'tickets', { id: '1', subject }, key)).status);
    expect(statuses).toEqual([202, 200, 409]);
  });

  describe('an API key that was made while it runs', () => {
    let credentials: Credentials;
    const shop = { kind: 'key', name: 'web-shop', roles: [], groups: [], topics: [], expiresAt: null } as const;
    const sendWith = (key: string): Promise<Response> =>
      postEvent(gateway.url, 'tickets', { id: key.slice(-6), subject: 'by key' }, { authorization: `Bearer ${key}` });
    beforeAll(async () => {
      credentials = connectCredentials({ url: database.url, name: 'test', now: Date.now, logger });
      await credentials.open();
    });
    afterAll(() => credentials.close());

    it('counts at once, for its entities, and is refused within five seconds of its revocation', async () => {
      const { secret, credential } = await credentials.store.create({ ...shop, scopes: ['tickets'] }, 'test');
      expect((await sendWith(secret)).status).toBe(202);
      const other = await postEvent(gateway.url, 'leads', { id: '1' }, { authorization: `Bearer ${secret}` });
      expect([other.status, await code(other)]).toEqual([403, 'X_GATEWAY_SCOPE']);
      await credentials.store.revoke(credential, 'test');
      await until('revoked', async () => (await sendWith(secret)).status === 401, 5_000);
      expect(gateway.logs()).not.toContain(secret);
    });

    it('is refused with 503 where a source of its client’s name was added after it, and nothing is written', async () => {
      const { secret } = await credentials.store.create({ ...shop, name: 'zendesk', scopes: ['*'] }, 'test');
      const refused = await sendWith(secret);
      expect([refused.status, await code(refused)]).toEqual([503, 'X_GATEWAY_CLIENT_NAME']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('goes on while Postgres is away, when an unknown one gets 503 and is told when to come again', async () => {
      const { secret } = await credentials.store.create({ ...shop, scopes: ['*'] }, 'test');
      expect((await sendWith(secret)).status).toBe(202);
      expect((await sendWith('unknown')).status).toBe(401);
      postgresWay.cut();
      const later = await credentials.store.create({ ...shop, scopes: ['*'] }, 'test');
      for (const unknown of ['unknown', 'another', later.secret]) {
        const startedAt = performance.now();
        const refused = await sendWith(unknown);
        expect([refused.status, await code(refused)]).toEqual([503, 'X_GATEWAY_KEYS_AWAY']);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(performance.now() - startedAt).toBeLessThan(2500);
      }
      expect((await sendWith(secret)).status).toBeLessThan(300);
      expect((await postEvent(gateway.url, 'tickets', { id: '2', subject: 'of the file' })).status).toBe(202);
      postgresWay.restore();
      await until('known', async () => (await sendWith(later.secret)).status < 300);
      await until('unknown again', async () => (await sendWith('unknown')).status === 401);
    });
  });

  it('knows a repetition after kill -9', async () => {
    const before = (await (await sendZendesk('killed')).json()) as { id: string };
    await until('remembered', async () => (await sendZendesk('killed')).status === 200);
    await gateway.end('SIGKILL');
    gateway = await startGateway(env);
    await until('ready', async () => (await fetch(`${gateway.url}/readyz`)).status === 200);
    const after = await sendZendesk('killed');
    expect([after.status, await after.json()]).toEqual([200, { id: before.id, duplicate: true }]);
  });

  it('takes 2 MB by claim check, and without Postgres takes small ones unchecked and refuses large ones with 503', async () => {
    const large = (name: string): Promise<Response> =>
      postWebhook(
        gateway.url,
        'github',
        JSON.stringify({ action: 'opened', issue: { id: 1, title: name }, filler: 'x'.repeat(2_000_000) }),
        {
          headers: { 'x-github-event': 'issues', 'x-github-delivery': name },
        },
      );
    expect((await large('one')).status).toBe(202);
    postgresWay.cut();
    const startedAt = performance.now();
    const small = await sendZendesk('unchecked');
    expect(small.status).toBe(202);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    const { id } = (await small.json()) as { id: string };
    const refused = await large('two');
    expect([refused.status, await code(refused)]).toEqual([503, 'X_GATEWAY_CLAIM_CHECK_AWAY']);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    const records = (await rawRecords()).filter((record) => record.id === id);
    expect(records.map(({ value }) => value.dedupe)).toEqual(['unknown']);
    postgresWay.restore();
    await until('large ones again', async () => (await large('two')).status === 202);
    await until('checked again', async () => {
      await sendZendesk('back');
      return (await sendZendesk('back')).status === 200;
    });
  });

  it('goes on without the registry once it has seen it', async () => {
    registryWay.cut();
    expect((await sendZendesk('no-registry')).status).toBe(202);
    registryWay.restore();
  });

  it('answers 503 while Kafka is down, recovers by itself, and nothing accepted is lost', async () => {
    const accepted: string[] = [];
    const send = async (id: string): Promise<number> => {
      const response = await sendZendesk(id);
      if (response.status === 202) accepted.push(((await response.json()) as { id: string }).id);
      return response.status;
    };
    for (let count = 0; count < 20; count += 1) await send(`up-${count}`);
    await kafka?.stop();
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, count) => send(`down-${count}`)));
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    await openKafka();
    // A 503 asks the sender to come again: one partition may be back while another still looks for its leader.
    for (const id of ['after', ...Array.from({ length: 20 }, (_, count) => `down-${count}`)])
      await until(`${id} is accepted`, async () => [200, 202].includes(await send(id)));
    const inKafka = new Set((await rawRecords()).map(({ id }) => id));
    expect(accepted.filter((id) => !inKafka.has(id))).toEqual([]);
    await until('ready', async () => (await fetch(`${gateway.url}/readyz`)).status === 200);
  });

  it('ends on SIGTERM with exit code 0, answering what it took', async () => {
    const inFlight = Array.from({ length: 50 }, (_, count) =>
      sendZendesk(`last-${count}`).then(
        ({ status }) => status,
        () => 'refused' as const,
      ),
    );
    const ended = gateway.end('SIGTERM');
    const statuses = await Promise.all(inFlight);
    expect(await ended).toBe(0);
    expect(statuses.every((status) => status === 202 || status === 503 || status === 'refused')).toBe(true);
    expect(gateway.logs()).not.toContain('Card declined');
    for (const secret of Object.values(secrets)) expect(gateway.logs()).not.toContain(secret);
  });
});
