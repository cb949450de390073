import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askMillrace, type RunningSystem, readState, type SystemState, startSystem } from '@millrace/system';
import { type SignedWebhook, ticketBody } from '@millrace/system/zendesk-ticket';
import pg from 'pg';
import { send, ticketCreated } from './ticket-webhook.ts';
import { waitFor } from './wait-for.ts';

interface Hop {
  readonly service: string;
  readonly topic: string;
  readonly outcome: string;
}

interface FailureGroup {
  readonly group: string;
  readonly fingerprint: string;
  readonly code: string;
  readonly count: number;
}

const root = join(import.meta.dirname, '../../..');
const data = mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
const portBase = 28_080;
const run = Date.now().toString(36);

let system: RunningSystem;
let state: SystemState;
let zendesk: SignedWebhook;
let database: pg.Pool;

const start = async (): Promise<void> => {
  system = await startSystem({ root, data, portBase });
  state = readState(system.stateFile);
  database = new pg.Pool({ connectionString: state.postgres.url, max: 2 });
};

const rows = async <T extends pg.QueryResultRow>(sql: string, ...values: readonly unknown[]): Promise<T[]> =>
  (await database.query<T>(sql, [...values])).rows;

const ask = <T>(...args: readonly string[]): Promise<T> => askMillrace<T>(root, system.stateFile, ...args);

const received = async (vendor: string, text: string): Promise<number> => {
  const { messages } = await ask<{ readonly messages: readonly unknown[] }>('simulator', vendor, 'messages');
  return messages.filter((message) => JSON.stringify(message).includes(text)).length;
};

/** Routes that have told what became of it. */
const completed = async (id: string): Promise<number> => {
  const { hops } = await ask<{ readonly hops: readonly Hop[] }>('trace', id);
  return hops.filter(({ topic }) => topic.startsWith('deliveries.completed')).length;
};

const otherRows = (id: string): Promise<{ route: string }[]> =>
  rows("SELECT route, at FROM deliveries WHERE correlation_id = $1 AND route <> 'tickets.vip' ORDER BY at", id);

beforeAll(async () => {
  await start();
  zendesk = await ask<SignedWebhook>('sources', 'show', 'zendesk');
  await ask('reference', 'load', 'accounts', join(root, 'infra/flows/reference/accounts.csv'));
}, 240_000);

afterAll(async () => {
  await database?.end();
  await system?.stop();
  rmSync(data, { recursive: true, force: true });
}, 60_000);

describe('a fresh installation', () => {
  it('has nothing wrong with it', async () => {
    const { checked, findings } = await ask<{
      readonly checked: readonly string[];
      readonly findings: readonly unknown[];
    }>('doctor');
    expect(findings).toEqual([]);
    expect(checked).toEqual(expect.arrayContaining(['topics', 'groups', 'clocks', 'schemas', 'pipelines', 'services']));
  });
});

describe('an urgent ticket sent three times', () => {
  const ticket = '700001';
  const body = ticketCreated({
    ticket,
    eventId: `urgent-${run}`,
    subject: 'URGENT: my card was stolen',
    description: 'My card was stolen and someone is spending my money right now, block it immediately please!',
  });
  let id: string;

  it('is accepted once, and the others are answered as duplicates with the same id', async () => {
    const answers = [await send(zendesk, body), await send(zendesk, body), await send(zendesk, body)];
    id = String(answers[0]?.json['id']);
    expect(answers.map(({ status }) => status)).toEqual([202, 200, 200]);
    expect(answers.map(({ json }) => json['id'])).toEqual([id, id, id]);
    expect(answers.slice(1).map(({ json }) => json['duplicate'])).toEqual([true, true]);
  });

  it('is one row in Postgres with its judgements', async () => {
    const [row] = await waitFor('the row', async () => {
      const found = await rows<{ id: string; judgements: Record<string, { label: string }> }>(
        'SELECT id, judgements FROM tickets WHERE correlation_id = $1',
        id,
      );
      return found.length > 0 && found;
    });
    expect(row?.id).toBe(`zendesk:${ticket}`);
    expect(row?.judgements['priority']?.label).toBe('urgent');
  });

  it('is one update in Zendesk and one message in Slack', async () => {
    await waitFor('Zendesk', async () => (await received('zendesk', ticket)) > 0);
    await waitFor('Slack', async () => (await received('slack', ticket)) > 0);
    expect(await received('slack', ticket)).toBe(1);
  });

  it('is applied once, whatever was sent', async () => {
    const counts = await rows<{ route: string; rows: number }>(
      'SELECT route, count(*)::int AS rows FROM deliveries WHERE correlation_id = $1 GROUP BY 1',
      id,
    );
    expect(counts.map(({ route, rows: count }) => [route, count]).toSorted()).toEqual([
      ['tickets.archive', 1],
      ['tickets.triage', 1],
      ['tickets.urgent', 1],
    ]);
  });

  it('is traced through every service', async () => {
    const { hops } = await waitFor('the trace', async () => {
      const trace = await ask<{ readonly hops: readonly Hop[] }>('trace', id);
      return trace.hops.filter(({ topic }) => topic.startsWith('deliveries.completed')).length >= 3 && trace;
    });
    expect(new Set(hops.map(({ service }) => service))).toEqual(
      new Set(['ingest-gateway', 'enricher', 'classifier', 'sink-writers']),
    );
  });
});

describe('a tampered webhook', () => {
  it('is refused with 401 and leaves nothing behind', async () => {
    const body = ticketCreated({
      ticket: '700002',
      eventId: `tampered-${run}`,
      subject: 'Hello',
      description: 'Where is my card?',
    });
    const answer = await send(zendesk, body, body.replace('Where', 'Here'));
    expect(answer.status).toBe(401);
    expect(JSON.stringify(answer.json)).not.toContain(zendesk.secret);
  });
});

describe('a destination that refuses a ticket for good', () => {
  let id: string;

  it('leaves a dead letter in that route alone, and a group that says why', async () => {
    const body = ticketCreated({
      ticket: '700003',
      eventId: `vip-${run}`,
      subject: 'Card arrival',
      description: 'When will my new card arrive?',
      email: 'cto@northwind.example',
    });
    id = String((await send(zendesk, body)).json['id']);
    const groups = await waitFor('the group', async () => {
      const found = await ask<readonly FailureGroup[]>('dlq', 'groups');
      return found.length > 0 && found;
    });
    expect(groups.map(({ group, code }) => ({ group, code }))).toEqual([
      { group: 'sink-writers.tickets.vip', code: 'X_SLACK_CHANNEL' },
    ]);
    await waitFor('the other routes', async () => (await completed(id)) === 3);
  });

  it('delivers after the cause is mended and the group is redriven, and no other route sees it again', async () => {
    await ask('simulator', 'slack', 'heal');
    const before = await otherRows(id);
    const job = await ask<{ readonly planned: number; readonly sent: number }>(
      'dlq',
      'redrive',
      '--group',
      'sink-writers.tickets.vip',
      '--start',
      '--wait',
    );
    expect(job).toMatchObject({ planned: 1, sent: 1 });
    await waitFor('the message', async () => (await received('slack', '700003')) === 1);
    expect(await otherRows(id)).toEqual(before);
  });
});

describe('a ticket that is deleted, and then deleted for good', () => {
  const ticket = '91000008';
  const told = (kind: string, afterMs: number, text: string): string =>
    ticketBody({
      ticket,
      eventId: `${kind}-${run}`,
      subject: text,
      description: `My name is ${text}`,
      email: 'ana@northwind.example',
      type: kind,
      at: new Date(Date.now() + afterMs).toISOString(),
    });
  const row = async () =>
    (
      await rows<{ text: string; deletion: string | null; deleted_at: Date | null }>(
        'SELECT tickets::text AS text, deletion, deleted_at FROM tickets WHERE id = $1',
        `zendesk:${ticket}`,
      )
    )[0];
  const stands = (deletion: string | null) =>
    waitFor(`the row as ${deletion}`, async () => {
      const found = await row();
      return found?.deletion === deletion && found;
    });

  it('is marked in Postgres first', async () => {
    await send(zendesk, told('created', 0, 'Ana Example'));
    await stands(null);
    await waitFor('Slack', async () => (await received('slack', 'Ana Example')) === 1);
    await send(zendesk, told('soft_deleted', 60_000, 'Ana Example'));
    const marked = await stands('soft');
    expect(marked.deleted_at).not.toBeNull();
    expect(marked.text).toContain('Ana Example');
  });

  it('leaves nothing of who asked in the destinations that can forget', async () => {
    await send(zendesk, told('permanently_deleted', 120_000, 'SCRUBBED'));
    expect((await stands('permanent')).text).not.toMatch(/Ana|SCRUBBED/);
    await waitFor('Slack without her', async () => (await received('slack', 'Ana Example')) === 0);
  });

  it('is not brought back by an older update that comes late', async () => {
    const { json } = await send(zendesk, told('subject_changed', 90_000, 'Ana Example'));
    await waitFor('every route', async () => (await completed(String(json['id']))) >= 4);
    expect((await row())?.text).not.toContain('Ana');
    expect(await received('slack', 'Ana Example')).toBe(0);
  });
});

describe('a killed service', () => {
  it.each(['enricher', 'classifier', 'sink-writers', 'ingest-gateway'])(
    '%s comes back and every accepted ticket is delivered once',
    async (service) => {
      const pid = readState(system.stateFile).services[service]?.pid as number;
      const ids: string[] = [];
      for (let index = 0; index < 40; index += 1) {
        if (index === 20) process.kill(pid, 'SIGKILL');
        const body = ticketCreated({
          ticket: `71${service.length}${index}`,
          eventId: `${service}-${index}-${run}`,
          subject: 'Card',
          description: 'How do I top up my account?',
        });
        const answer = await waitFor('the answer', async () => {
          const sent = await send(zendesk, body);
          return sent.status < 300 && sent;
        });
        ids.push(String(answer.json['id']));
      }
      await waitFor(
        'every row',
        async () =>
          (
            await rows(
              "SELECT DISTINCT correlation_id FROM deliveries WHERE route = 'tickets.archive' AND correlation_id = ANY($1)",
              ids,
            )
          ).length === ids.length,
        60_000,
      );
      const doubled = await rows('SELECT route, correlation_id FROM deliveries GROUP BY 1, 2 HAVING count(*) > 1');
      expect(doubled).toEqual([]);
      expect(readState(system.stateFile).services[service]?.pid).not.toBe(pid);
    },
    120_000,
  );
});

describe('a halted pipeline', () => {
  it('stays halted through kill -9 of its process, and delivers once it is resumed', async () => {
    const group = 'sink-writers.tickets.archive';
    const stateOf = async (): Promise<string | undefined> =>
      (await ask<{ group: string; state: string }[]>('pipelines', 'ls')).find((row) => row.group === group)?.state;
    await ask('pipelines', 'halt', group);
    await waitFor('the halt', async () => (await stateOf()) === 'halted');
    const { url, pid } = readState(system.stateFile).services['sink-writers'] as { url: string; pid: number };
    process.kill(pid, 'SIGKILL');
    await waitFor('its next process', async () => readState(system.stateFile).services['sink-writers']?.pid !== pid);
    await waitFor('its readiness', async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      const body = (await answer?.json()) as { checks?: Record<string, { reason?: string }> } | undefined;
      return body?.checks?.[group]?.reason === 'halted: X_PIPELINE_HALTED';
    });
    const body = ticketCreated({
      ticket: '720001',
      eventId: `halted-${run}`,
      subject: 'Card',
      description: 'How do I top up my account?',
    });
    const { json } = await send(zendesk, body);
    const count = async (table: string): Promise<number> =>
      (await rows(`SELECT 1 FROM ${table} WHERE correlation_id = $1`, json['id'])).length;
    await waitFor('the other route', async () => (await received('zendesk', '720001')) > 0);
    expect(await count('tickets')).toBe(0);
    await ask('pipelines', 'resume', group);
    await waitFor('the row', async () => (await count('tickets')) === 1);
  }, 120_000);
});

describe('a business event of texts that steer, cannot be stored, or are cut', () => {
  const hostile = '\u001b]0;owned\u0007\u001b[2J\u009b31m';
  const bodies = [
    `{"id":"nul-${run}","subject":"Printer\\u0000 error","description":"a\\u0000b","attributes":{"k\\u0000":"v","k\\ud83d":"w"}}`,
    `{"id":"half-${run}","subject":"Order \\ud83d late"}`,
    JSON.stringify({ id: `${hostile}${run}`, subject: `c1 ${hostile}`, description: '👨‍👩‍👧‍👦'.repeat(2_000) }),
    JSON.stringify({ id: `long-${run}${'é'.repeat(3_000)}`, subject: 'x' }),
  ];

  it('is a row in Postgres, with U+FFFD for what no table holds and nothing lost beside it', async () => {
    const { key } = await ask<{ readonly key: string }>('keys', 'show', 'sample');
    for (const body of bodies) {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const url = `${state.services['ingest-gateway']?.url}/v1/events/tickets`;
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
    }
    const found = await waitFor('the rows', async () => {
      const all = await rows<{ id: string; subject: string; attributes: object }>(
        "SELECT id, subject, attributes FROM tickets WHERE id LIKE '%' || $1 || '%' ORDER BY subject",
        run,
      );
      return all.length === bodies.length && all;
    });
    expect(found.map(({ subject }) => subject).toSorted()).toEqual(
      ['Order \uFFFD late', 'Printer\uFFFD error', `c1 ${hostile}`, 'x'].toSorted(),
    );
    const nul = found.find(({ id }) => id.endsWith(`nul-${run}`));
    expect(Object.values(nul?.attributes ?? {}).toSorted()).toEqual(['v', 'w']);
  });

  it('is shown with every control character escaped', async () => {
    const env = { ...process.env, MILLRACE_STATE: system.stateFile };
    for (const verb of [
      ['topics', 'peek', 'tickets.received.v1', '--limit', '50'],
      ['dlq', 'ls'],
      ['dlq', 'groups'],
    ]) {
      const { stdout } = await promisify(execFile)('npx', ['millrace', ...verb], { cwd: root, env });
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      if (verb[0] === 'topics') expect(stdout).toContain('\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m');
    }
  });
});

describe('SIGTERM', () => {
  it('ends everything with exit 0, and a second start remembers what it accepted', async () => {
    const body = ticketCreated({
      ticket: '700009',
      eventId: `restart-${run}`,
      subject: 'Top up',
      description: 'My top up failed, why?',
    });
    const first = await send(zendesk, body);
    await database.end();
    expect(await system.stop()).toBe(0);
    await start();
    const again = await waitFor('the gateway', () => send(zendesk, body));
    expect(again).toMatchObject({ status: 200, json: { id: first.json['id'], duplicate: true } });
    await waitFor(
      'the row',
      async () => (await rows('SELECT 1 FROM tickets WHERE correlation_id = $1', first.json['id'])).length === 1,
    );
  }, 180_000);
});
