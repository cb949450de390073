import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts, type RunningKafka, startKafka } from '@millrace/embedded';
import { type TestDatabase, testCluster, testDatabase } from '@millrace/embedded/testing';
import pg from 'pg';
import { parse } from 'yaml';
import { send, ticketCreated } from './ticket-webhook.ts';
import { waitFor } from './wait-for.ts';

interface Program {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

const root = join(import.meta.dirname, '../../..');
const { services } = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Program>>;
};
const servers = new Set(['kafka', 'postgres', 'registry']);
const programs = Object.keys(services).filter((name) => !servers.has(name) && name !== 'prepare');

let folder = '';
let kafka: RunningKafka;
let database: TestDatabase;
let pool: pg.Pool;
/** What stands for each address of the containers' network on this machine. */
let places: readonly (readonly [inside: string, here: string])[] = [];
const ports = new Map<string, number>();
const running = new Map<string, ChildProcess>();

/** The environment of a container exactly as the file has it: no more, and only addresses and folders moved. */
function environmentOf(name: string): Readonly<Record<string, string>> {
  const { environment } = services[name] as Program;
  const moved = (value: string): string => {
    const filled = value.replace(/\$\{\w+:-\}/g, '');
    const own = name === 'prepare' ? folder : join(folder, name);
    return [...places, ['/var/lib/millrace', own], ['/app/', `${root}/`]].reduce(
      (text, [inside, here]) => text.replaceAll(inside as string, here as string),
      filled,
    );
  };
  const listening = name === 'simulators' || name === 'prepare' ? {} : { MILLRACE_PORT: String(ports.get(name)) };
  return {
    PATH: process.env['PATH'] ?? '',
    ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, moved(value)])),
    ...listening,
    MILLRACE_HOST: '127.0.0.1',
    ...(environment['MILLRACE_ADMIN_PORT'] === undefined
      ? {}
      : { MILLRACE_ADMIN_PORT: String(ports.get('admin')), MILLRACE_ADMIN_HOST: '127.0.0.1' }),
  };
}

function launch(name: string): ChildProcess {
  const script = (services[name] as Program).command[0] as string;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'infra/docker/entrypoint.mjs'), script],
    { cwd: root, env: environmentOf(name), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  running.set(name, child);
  return child;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-compose-'));
  const [port = 0, controllerPort = 0, ...free] = await freePorts(2 + programs.length + 4);
  kafka = await startKafka({ dataDir: join(folder, 'kafka'), port, controllerPort });
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  for (const [at, name] of [...programs, 'admin', 'zendesk', 'slack', 'http'].entries()) ports.set(name, free[at] ?? 0);
  const here = (name: string): string => `127.0.0.1:${ports.get(name)}`;
  places = [
    ['kafka:9092', `127.0.0.1:${port}`],
    ['http://registry:8080/apis/ccompat/v7', testCluster().registryUrl],
    ['postgres://millrace:millrace@postgres:5432/millrace', database.url],
    ['simulators:8100', here('zendesk')],
    ['simulators:8101', here('slack')],
    ['simulators:8102', here('http')],
    [
      'zendesk=8100,slack=8101,http=8102',
      `zendesk=${ports.get('zendesk')},slack=${ports.get('slack')},http=${ports.get('http')}`,
    ],
    ['ingest-gateway:8080', here('ingest-gateway')],
    ['ingest-gateway:8085', here('admin')],
  ];
}, 120_000);

afterAll(async () => {
  for (const child of running.values()) child.kill('SIGKILL');
  await pool?.end();
  await kafka?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('the compose file', () => {
  it('gives each program a folder of secrets that no other program has', () => {
    const own = programs.map((name) => services[name]?.volumes);
    expect(own).toEqual(programs.map((name) => [`${name}:/var/lib/millrace`]));
  });

  it('prepares the installation', async () => {
    const [code] = (await once(launch('prepare'), 'close')) as [number];
    expect(code).toBe(0);
  }, 120_000);

  it('starts every program with the settings that it says and nothing else', async () => {
    for (const name of programs) launch(name);
    for (const name of programs.filter((one) => one !== 'simulators'))
      await waitFor(
        `${name} to be ready`,
        async () => (await fetch(`http://127.0.0.1:${ports.get(name)}/readyz`).catch(() => null))?.ok === true,
        120_000,
      );
    expect([...running].filter(([, child]) => child.exitCode !== null).map(([name]) => name)).toEqual(['prepare']);
  }, 240_000);

  it('makes gateway, sinks and simulators agree: a signed ticket is a row in Postgres and an update at Zendesk', async () => {
    const secrets = JSON.parse(await readFile(join(folder, 'ingest-gateway', 'environment.json'), 'utf8')) as Record<
      string,
      string
    >;
    const url = `http://127.0.0.1:${ports.get('ingest-gateway')}/v1/webhooks/zendesk`;
    const webhook = { url, secret: secrets['ZENDESK_SIGNING_SECRET'] as string };
    const body = ticketCreated({
      ticket: '730001',
      eventId: 'compose-1',
      subject: 'Card stolen',
      description: 'My card was stolen, block it immediately please!',
    });
    const { status, json } = await send(webhook, body);
    expect(status).toBe(202);
    const delivered = async (): Promise<readonly string[]> =>
      (
        await pool.query<{ route: string }>('SELECT route FROM deliveries WHERE correlation_id = $1 ORDER BY 1', [
          json['id'],
        ])
      ).rows.map(({ route }) => route);
    await waitFor(
      'the row and the update',
      async () => {
        const routes = await delivered().catch((): readonly string[] => []);
        return routes.includes('tickets.archive') && routes.includes('tickets.triage');
      },
      60_000,
    );
  }, 90_000);
});
