import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { type TestDatabase, testCluster, testDatabase } from '@millrace/embedded/testing';
import { connectKafka, connectSchemaAdmin, provision } from '@millrace/kafka';
import { createLogger } from '@millrace/service';
import { specs } from './enricher-fixture.ts';

const { kafkaBrokers, registryUrl } = testCluster();
const flows = join(import.meta.dirname, '../../../infra/flows');
let database: TestDatabase;
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await testDatabase();
  const broker = connectKafka({
    brokers: kafkaBrokers,
    clientId: 'enricher-main-test',
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  await provision(broker.admin, specs);
  await broker.close();
  const schemas = connectSchemaAdmin({ url: registryUrl });
  for (const { subject, schema } of Object.values(topics)) await schemas.register(subject, schema);
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => database.drop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

interface Run {
  readonly url: string;
  stop(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

async function runMain(env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      MILLRACE_PORT: String(port),
      MILLRACE_KAFKA_BROKERS: kafkaBrokers.join(','),
      MILLRACE_REGISTRY_URL: registryUrl,
      MILLRACE_POSTGRES_URL: database.url,
      MILLRACE_FLOWS: flows,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => child.kill('SIGTERM'),
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stderr })),
  };
}

/** Asks until it answers with this status, or the deadline passes. */
async function answers(url: string, status: number): Promise<unknown> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) return await response.json();
    if (Date.now() > deadline) throw new Error(`${url} did not answer ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('the enricher process', () => {
  it('gets ready, and ends in order with 0 when asked to', async () => {
    const service = await runMain();
    expect(await answers(`${service.url}/readyz`, 200)).toMatchObject({ ready: true });
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('waits alive but not ready while Kafka is away, and can be stopped meanwhile', async () => {
    const service = await runMain({ MILLRACE_KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    await answers(`${service.url}/healthz`, 200);
    expect(await answers(`${service.url}/readyz`, 503)).toMatchObject({ ready: false });
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('waits while the registry is away, and can be stopped meanwhile', async () => {
    const service = await runMain({ MILLRACE_REGISTRY_URL: `http://127.0.0.1:${await freePort()}` });
    await answers(`${service.url}/readyz`, 503);
    service.stop();
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  it('ends with every problem of its settings, or of the flows, before anything opens', async () => {
    const settings = await (await runMain({ MILLRACE_KAFKA_BROKERS: '', MILLRACE_POSTGRES_URL: 'here' })).ended;
    expect(settings).toMatchObject({ code: 1, stderr: expect.stringMatching(/KAFKA_BROKERS[\s\S]*POSTGRES_URL/) });
    const noFlows = await (await runMain({ MILLRACE_FLOWS: join(import.meta.dirname, 'nowhere') })).ended;
    expect(noFlows).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^flow files cannot be read from .*ENOENT\n$/),
    });
  });
});
