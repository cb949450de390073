import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topicSpecs } from '@millrace/contracts';
import { freePorts } from '@millrace/embedded';
import { testNamespace } from '@millrace/embedded/testing';
import { provision } from '@millrace/kafka';
import { aTicket } from './a-ticket.ts';
import { connectSurroundings, type Surroundings } from './surroundings.ts';

// Other files share the cluster and its topics: routes and groups of this file have names of their own.
const own = testNamespace();
const routes = { postgres: `${own}-archive`, slack: `${own}-urgent`, zendesk: `${own}-triage`, http: `${own}-notify` };
const flowText = `
flows:
  tickets:
    classify: [ { task: category }, { task: priority } ]
    deliver:
      - { route: ${routes.postgres}, sink: postgres, table: tickets }
      - { route: ${routes.slack}, sink: slack, channel: "#urgent" }
      - { route: ${routes.zendesk}, sink: zendesk }
      - { route: ${routes.http}, sink: http, url: "\${HTTP_BASE_URL}/hook", secret: "\${HTTP_SIGNING_SECRET}" }
`;
const groups = Object.values(routes).map((route) => `sink-writers.tickets.${route}`);
const children: ChildProcess[] = [];
let around: Surroundings;
let flows: string;
let port: number;

beforeAll(async () => {
  around = await connectSurroundings('sink-writers-test');
  await provision(around.broker.admin, topicSpecs(groups, { partitions: 4 }));
  flows = mkdtempSync(join(tmpdir(), 'flows-'));
  writeFileSync(join(flows, 'flows.yaml'), flowText);
  port = await freePort();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await around.close();
});

async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

function start(): ChildProcess {
  const { kafkaBrokers, registryUrl, database, street } = around;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../src/main.ts')],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        ...street.environment,
        POSTGRES_URL: database.url,
        MILLRACE_POSTGRES_URL: database.url,
        MILLRACE_KAFKA_BROKERS: kafkaBrokers.join(','),
        MILLRACE_REGISTRY_URL: registryUrl,
        MILLRACE_FLOWS: flows,
        MILLRACE_PORT: String(port),
        MILLRACE_LOG_LEVEL: 'warn',
        MILLRACE_ORDINAL: '0',
        MILLRACE_TRUSTED_ORIGINS: Object.values(street.environment)
          .filter((value) => value.startsWith('http:'))
          .join(','),
      },
    },
  );
  children.push(child);
  return child;
}

async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await claim())) {
    if (Date.now() > deadline)
      throw new Error(`waited in vain; http has ${at('http').length}, slack ${at('slack').length}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isReady = async (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

const ours = (ids: readonly (string | null)[]): string[] => ids.filter((id) => id?.startsWith(own)).sort() as string[];
const applied = async (): Promise<string[]> => {
  const { rows } = await around.reader
    .query<{ event_id: string }>('select event_id from deliveries where route = $1', [`tickets.${routes.postgres}`])
    .catch(() => ({ rows: [] }));
  return ours(rows.map(({ event_id }) => event_id));
};
const at = (vendor: 'slack' | 'zendesk' | 'http'): string[] =>
  ours(around.street[vendor].messages().map(({ eventId }) => eventId));

describe('sink-writers as a process on Kafka, registry and Postgres', () => {
  it('delivers each event once everywhere though it is killed in the middle, again and again', async () => {
    const ids = Array.from({ length: 600 }, (_, index) => `${own}-${String(index).padStart(4, '0')}`);
    let child = start();
    await until(isReady);
    const published = Promise.all(ids.map((id, index) => around.publish(id, own, aTicket(String(1_000 + index)))));
    for (const share of [60, 300]) {
      await until(() => at('http').length >= share);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = start();
      await until(isReady);
    }
    await published;
    await until(async () => at('slack').length >= 600 && at('zendesk').length >= 600 && at('http').length >= 600);
    await until(async () => (await applied()).length >= 600);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(at('slack')).toEqual(ids);
    expect(at('zendesk')).toEqual(ids);
    expect(at('http')).toEqual(ids);
    expect(await applied()).toEqual(ids);
  }, 120_000);
});
