import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askMillrace, type RunningSystem, readState, startSystem } from '@millrace/system';
import type { SignedWebhook } from '@millrace/system/zendesk-ticket';
import { send, ticketCreated } from './ticket-webhook.ts';
import { waitFor } from './wait-for.ts';

interface Simulated {
  readonly total: number;
  readonly messages: readonly { readonly title: string }[];
}

const root = join(import.meta.dirname, '../../..');
const data = mkdtempSync(join(tmpdir(), 'millrace-refused-'));
const group = 'sink-writers.tickets.triage';
const run = Date.now().toString(36);

let system: RunningSystem;
let zendesk: SignedWebhook;

const ask = <T>(...args: readonly string[]): Promise<T> => askMillrace<T>(root, system.stateFile, ...args);
const steer = (...args: readonly string[]): Promise<unknown> => ask('simulator', 'zendesk', ...args);
const titles = async (): Promise<readonly string[]> =>
  (await ask<Simulated>('simulator', 'zendesk', 'messages', '--limit', '1000')).messages.map(({ title }) => title);
const deadLetters = async (): Promise<readonly { readonly group: string }[]> => ask('dlq', 'groups');

async function sendTicket(ticket: number, description: string): Promise<string> {
  const event = { ticket: String(ticket), eventId: `${ticket}-${run}`, subject: 'Card', description };
  return String((await send(zendesk, ticketCreated(event))).json['id']);
}
const stolen = 'I lost my card, it was stolen, please freeze it.';

beforeAll(async () => {
  system = await startSystem({ root, data, portBase: 28_280 });
  zendesk = await ask<SignedWebhook>('sources', 'show', 'zendesk');
}, 240_000);

afterAll(async () => {
  await system?.stop();
  rmSync(data, { recursive: true, force: true });
}, 60_000);

describe('a destination that answers 404 to everybody', () => {
  it('pauses its route, which says so, and gets all of it by itself when it is healed', async () => {
    await steer('fail', '--status', '404', '--times', '1000');
    for (let ticket = 800_001; ticket <= 800_012; ticket += 1) await sendTicket(ticket, stolen);
    const route = await waitFor('the pause', async () => {
      const pipelines = await ask<{ group: string; state: string; code: string | null }[]>('pipelines', 'ls');
      return pipelines.find((row) => row.group === group && row.state === 'open');
    });
    expect(route.code).toBe('X_HTTP_NOT_FOUND');
    const { services } = readState(system.stateFile);
    const ready = await fetch(`${services['sink-writers']?.url}/readyz`);
    expect(await ready.json()).toMatchObject({ checks: { [group]: { reason: 'open: X_HTTP_NOT_FOUND' } } });
    await steer('heal');
    await waitFor('all of them', async () => new Set(await titles()).size === 12);
    expect([(await titles()).length, await deadLetters()]).toEqual([12, []]);
  });
});

describe('a destination that limits one ticket', () => {
  it('lets only that ticket wait', async () => {
    await steer('rate-limit', '--retry-after-seconds', '600', '--times', '1');
    await sendTicket(800_101, stolen);
    await waitFor('the limit', async () => {
      const { services } = readState(system.stateFile);
      const metrics = await (await fetch(`${services['sink-writers']?.url}/metrics`)).text();
      return metrics.includes(`millrace_pipeline_delayed_keys{group="${group}"} 1`);
    });
    await sendTicket(800_102, stolen);
    await waitFor('the other', async () => (await titles()).includes('Ticket 800102'));
    expect((await titles()).includes('Ticket 800101')).toBe(false);
    expect(await deadLetters()).toEqual([]);
  });
});
