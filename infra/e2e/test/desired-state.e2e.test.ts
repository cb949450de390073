import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askMillrace, type RunningSystem, readState, startSystem } from '@millrace/system';
import type { SignedWebhook } from '@millrace/system/zendesk-ticket';
import pg from 'pg';
import { send, ticketCreated } from './ticket-webhook.ts';
import { waitFor } from './wait-for.ts';

interface Pipeline {
  readonly group: string;
  readonly state: string;
  readonly desired: string;
  readonly ratePerSecond: number | null;
}
interface Seek {
  readonly started: boolean;
  readonly again: number;
  readonly skipped: number;
}

const root = join(import.meta.dirname, '../../..');
const data = mkdtempSync(join(tmpdir(), 'millrace-desired-'));
const group = 'sink-writers.tickets.archive';
const run = Date.now().toString(36);

let system: RunningSystem;
let zendesk: SignedWebhook;
let database: pg.Pool;

const ask = <T>(...args: readonly string[]): Promise<T> => askMillrace<T>(root, system.stateFile, ...args);
const pipeline = async (): Promise<Pipeline | undefined> =>
  (await ask<Pipeline[]>('pipelines', 'ls')).find((row) => row.group === group);
const sinks = () => readState(system.stateFile).services['sink-writers'] as { url: string; pid: number };
const rows = async (): Promise<number> => Number((await database.query('SELECT count(*) FROM tickets')).rows[0]?.count);
const deliveries = async (): Promise<number> =>
  Number((await database.query("SELECT count(*) FROM deliveries WHERE route = 'tickets.archive'")).rows[0]?.count);

async function sendTickets(from: number, count: number): Promise<void> {
  for (let ticket = from; ticket < from + count; ticket += 1) {
    const event = {
      ticket: String(ticket),
      eventId: `${ticket}-${run}`,
      subject: 'Card',
      description: 'How do I top up?',
    };
    expect((await send(zendesk, ticketCreated(event))).status).toBe(202);
  }
}
/** Nothing is left to pass over; a plan that would set nothing exits with 2. */
const isAtTheEnd = (): Promise<boolean> =>
  ask<Seek>('pipelines', 'seek', group, '--to', 'latest').then(
    ({ skipped }) => skipped === 0,
    (error: { stdout?: string }) => error.stdout?.includes('"partitions": []') === true,
  );
/** As a person does: ends the process at once, and its supervisor starts another. */
async function killSinks(): Promise<void> {
  const { pid } = sinks();
  process.kill(pid, 'SIGKILL');
  await waitFor('the next process', async () => sinks()?.pid !== pid);
}
const halted = (): Promise<unknown> =>
  waitFor('the halt', async () => {
    const body = (await (await fetch(`${sinks().url}/readyz`)).json()) as {
      checks?: Record<string, { reason?: string }>;
    };
    return body.checks?.[group]?.reason === 'halted: X_PIPELINE_HALTED';
  });

beforeAll(async () => {
  system = await startSystem({ root, data, portBase: 28_480 });
  zendesk = await ask<SignedWebhook>('sources', 'show', 'zendesk');
  database = new pg.Pool({ connectionString: readState(system.stateFile).postgres.url, max: 2 });
}, 240_000);
afterAll(async () => {
  await database?.end();
  await system?.stop();
  rmSync(data, { recursive: true, force: true });
}, 60_000);

describe('a pipeline that an operator sends back', () => {
  it('reads again from there once it is resumed, through kill -9, and applies nothing twice', async () => {
    await sendTickets(910_001, 6);
    await waitFor('the rows', async () => (await rows()) === 6);
    const applied = await deliveries();
    // What is done is committed a second later at most; until then the plan is empty, which exits with 2.
    const plan = await waitFor('the commit', () => ask<Seek>('pipelines', 'seek', group, '--to', 'earliest'));
    expect(plan).toMatchObject({ started: false, skipped: 0 });
    await expect(ask('pipelines', 'seek', group, '--to', 'earliest', '--start')).rejects.toThrow('X_PIPELINE_AT_WORK');

    await ask('pipelines', 'halt', group);
    await halted();
    const done = await waitFor('the plan', async () => {
      const plan = await ask<Seek>('pipelines', 'seek', group, '--to', 'earliest');
      return plan.again === 6 && ask<Seek>('pipelines', 'seek', group, '--to', 'earliest', '--start');
    });
    expect(done).toMatchObject({ started: true, again: 6, skipped: 0 });
    await database.query("DELETE FROM tickets WHERE id LIKE '%910001%'");
    await killSinks();
    await halted();
    await sendTickets(910_007, 1);
    await ask('pipelines', 'resume', group);
    await waitFor('the new row', async () => (await rows()) === 6);
    await waitFor('the end', isAtTheEnd);
    expect([await rows(), await deliveries()]).toEqual([6, applied + 1]);
  }, 180_000);
});

describe('a pipeline that an operator sends past a stretch', () => {
  it('never does what lies there, and only where that is said', async () => {
    await ask('pipelines', 'halt', group);
    await halted();
    const before = await rows();
    await sendTickets(920_001, 4);
    await waitFor('the stretch', async () => {
      const plan = await ask<Seek>('pipelines', 'seek', group, '--to', 'latest');
      return plan.skipped === 4;
    });
    await expect(ask('pipelines', 'seek', group, '--to', 'latest', '--start')).rejects.toThrow('X_PIPELINE_SKIPS');
    expect(await ask<Seek>('pipelines', 'seek', group, '--to', 'latest', '--skip', '--start')).toMatchObject({
      ...{ started: true, skipped: 4 },
    });
    await ask('pipelines', 'resume', group);
    await sendTickets(920_005, 1);
    await waitFor('what came after', async () => (await rows()) === before + 1);
  }, 120_000);
});

describe('a pipeline whose rate an operator bounds', () => {
  it('keeps to it through kill -9 of its process, is ready all the while, and is free when it is lifted', async () => {
    const before = await rows();
    await ask('pipelines', 'rate', group, '1');
    await waitFor('the rate', async () => (await pipeline())?.ratePerSecond === 1);
    await sendTickets(930_001, 30);
    await waitFor('the first', async () => (await rows()) > before);
    await killSinks();
    const began = performance.now();
    const [one, started] = [await rows(), performance.now()];
    await waitFor('some more', async () => (await rows()) >= one + 5, 60_000);
    expect(performance.now() - started).toBeGreaterThan(3_000);
    expect(await rows()).toBeLessThanOrEqual(one + 2 + (performance.now() - began) / 1_000);
    const ready = (await (await fetch(`${sinks().url}/readyz`)).json()) as { checks: Record<string, { ok: boolean }> };
    expect(ready.checks[group]?.ok).toBe(true);
    expect(await pipeline()).toMatchObject({ state: 'running', desired: 'running', ratePerSecond: 1 });
    await ask('pipelines', 'rate', group, 'off');
    await waitFor('the rest', async () => (await rows()) === before + 30, 10_000);
  }, 180_000);
});
