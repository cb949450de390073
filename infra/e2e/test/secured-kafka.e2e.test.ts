import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts, type RunningKafka, startKafka } from '@millrace/embedded';
import { type TestDatabase, testCluster, testDatabase } from '@millrace/embedded/testing';
import { loadServices } from '@millrace/system/services';
import { waitFor } from './wait-for.ts';

const root = join(import.meta.dirname, '../../..');
const services = (await loadServices(root)).map(({ name }) => name);
const secret = 'a-long-and-right-password';
const wrong = 'a-long-and-wrong-password';

interface Service {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess;
}

interface Health {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
}

let folder = '';
let kafka: RunningKafka;
let database: TestDatabase;
let shared: Readonly<Record<string, string>> = {};
const running: Service[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-secured-'));
  const [port = 0, controllerPort = 0, secured = 0] = await freePorts(3);
  kafka = await startKafka({
    dataDir: join(folder, 'kafka'),
    port,
    controllerPort,
    listeners: [
      {
        name: 'SECURED',
        port: secured,
        protocol: 'SASL_PLAINTEXT',
        properties: {
          'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
          'scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        },
      },
    ],
    scramUsers: [{ name: 'millrace', password: secret, mechanism: 'SCRAM-SHA-512' }],
  });
  database = await testDatabase();
  const nowhere = 'http://127.0.0.1:1';
  shared = {
    PATH: process.env['PATH'] ?? '',
    MILLRACE_KAFKA_BROKERS: `127.0.0.1:${secured}`,
    MILLRACE_KAFKA_SASL: 'scram-sha-512',
    MILLRACE_KAFKA_USERNAME: 'millrace',
    MILLRACE_REPLICATION_FACTOR: '1',
    MILLRACE_REGISTRY_URL: testCluster().registryUrl,
    MILLRACE_POSTGRES_URL: database.url,
    MILLRACE_FLOWS: join(root, 'infra/flows'),
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_TRUSTED_ORIGINS: nowhere,
    ...Object.fromEntries(['ZENDESK', 'SLACK', 'HTTP'].map((name) => [`${name}_BASE_URL`, nowhere])),
    POSTGRES_URL: database.url,
  };
}, 120_000);

afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await kafka.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const launch = (script: string, env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, script)], {
    env: { ...shared, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function prepare(password: string): Promise<{ readonly code: number; readonly said: string }> {
  const child = launch('infra/provision/src/main.ts', {
    MILLRACE_KAFKA_PASSWORD: password,
    MILLRACE_SAMPLE_FOLDER: folder,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      said += String(text);
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

async function start(name: string, driver: string, passwordFile: string): Promise<Service> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const own = join(folder, name);
  const flowVariables = JSON.parse(await readFile(join(own, 'environment.json'), 'utf8')) as Record<string, string>;
  const child = launch(`services/${name}/src/main.ts`, {
    ...flowVariables,
    MILLRACE_TOKENS_FILE: join(own, 'tokens.json'),
    MILLRACE_SOURCES_FILE: join(own, 'sources.json'),
    MILLRACE_PORT: String(port),
    MILLRACE_ADMIN_PORT: String(adminPort),
    MILLRACE_KAFKA_DRIVER: driver,
    MILLRACE_KAFKA_PASSWORD_FILE: passwordFile,
  });
  // The gateway's own port is the public one: why it is not ready is told to operators.
  const service = { name, url: `http://127.0.0.1:${name === 'ingest-gateway' ? adminPort : port}`, child };
  running.push(service);
  return service;
}

const health = async ({ url }: Service): Promise<Health> => (await (await fetch(`${url}/readyz`)).json()) as Health;

describe('an installation on a Kafka that demands a login', () => {
  it('is not prepared with a wrong password, and says so in one line without it', async () => {
    const { code, said } = await prepare(wrong);
    expect(code).toBe(1);
    expect(said).toMatch(/^X_KAFKA_LOGIN_REFUSED: .*MILLRACE_KAFKA_PASSWORD/m);
    expect(said).not.toContain(wrong);
  });

  it('is prepared with the right one', async () => {
    const { code, said } = await prepare(secret);
    expect(said).toMatch(/topics: \d+ created/);
    expect(code).toBe(0);
  });

  it('has services that are alive and not ready with a wrong password, and become ready by themselves with the right one', async () => {
    const passwordFile = join(folder, 'kafka-password');
    await writeFile(passwordFile, wrong);
    const started = await Promise.all(
      services.map((name, index) => start(name, index % 2 === 0 ? 'kafkajs' : 'platformatic', passwordFile)),
    );
    for (const service of started) {
      const { ready, checks } = await waitFor(
        `${service.name} to be turned away`,
        async () => {
          const now = await health(service);
          return now.checks['kafka']?.reason?.startsWith('X_KAFKA_LOGIN_REFUSED') ? now : null;
        },
        60_000,
      );
      expect(ready).toBe(false);
      expect(JSON.stringify(checks)).toContain('MILLRACE_KAFKA_PASSWORD');
      expect(JSON.stringify(checks)).not.toContain(wrong);
    }
    await writeFile(passwordFile, secret);
    for (const service of started)
      await waitFor(`${service.name} to be ready`, async () => (await health(service)).ready, 60_000);
    expect(started.map(({ child }) => child.exitCode)).toEqual(services.map(() => null));
  }, 180_000);
});
