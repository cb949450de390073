import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openJournal } from '../../../src/kit/simulator/journal.ts';
import { createRateWindow } from '../../../src/kit/simulator/rate-window.ts';
import type { Simulator } from '../../../src/kit/simulator/simulator.ts';
import { parseSimulatorPorts } from '../../../src/simulators/config.ts';
import { createSlackSimulator } from '../../../src/vendors/slack/simulator.ts';
import { aSimulatorBase, steer } from './steer.ts';

const open: Simulator[] = [];

async function aSimulator(): Promise<Simulator> {
  const simulator = createSlackSimulator({ ...aSimulatorBase(), token: 'xoxb-1', channels: ['general'] });
  open.push(simulator);
  await simulator.open();
  return simulator;
}

const post = (simulator: Simulator, text: string): Promise<Response> =>
  fetch(`${simulator.url()}/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-1', 'content-type': 'application/json' },
    body: JSON.stringify({ channel: '#general', text }),
  });

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

describe('simulator', () => {
  it('shows what it received without markup and with control characters escaped', async () => {
    const simulator = await aSimulator();
    await post(simulator, '<script>alert(1)</script> \u001b[31m \u202e \u0000');
    const page = await (await fetch(simulator.url())).text();
    expect(page).not.toContain('<script>');
    expect(page).toContain('&#60;script&#62;');
    expect(page).toContain('\\u001b[31m \\u202e \\u0000');
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('fails as often as told, then is well again', async () => {
    const simulator = await aSimulator();
    await steer(simulator, 'fail', { status: 503, times: 2 });
    expect([
      (await post(simulator, 'a')).status,
      (await post(simulator, 'b')).status,
      (await post(simulator, 'c')).status,
    ]).toEqual([503, 503, 200]);
    expect(simulator.messages()).toHaveLength(1);
  });

  it('acts and breaks the connection where it loses its answer', async () => {
    const simulator = await aSimulator();
    await steer(simulator, 'lose-answer', { times: 1 });
    await expect(post(simulator, 'lost')).rejects.toThrow();
    expect(simulator.messages()).toHaveLength(1);
  });

  it('answers 429 with the wait it is told', async () => {
    const simulator = await aSimulator();
    await steer(simulator, 'rate-limit', { retryAfterSeconds: 7, times: 1 });
    const answer = await post(simulator, 'a');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('forgets its faults, but not what it received, when it is healed', async () => {
    const simulator = await aSimulator();
    await post(simulator, 'kept');
    await steer(simulator, 'fail', {});
    await steer(simulator, 'schema-change');
    await steer(simulator, 'heal');
    expect((await (await post(simulator, 'b')).json()) as object).toMatchObject({ ok: true });
    expect(simulator.messages()).toHaveLength(2);
  });

  it.each([
    ['fail', { status: 200 }],
    ['slow', {}],
    ['limits', { state: 'perhaps' }],
  ])('refuses %s with %p', async (command, settings) => {
    await expect(steer(await aSimulator(), command, settings)).rejects.toThrow(/400.*X_SIMULATOR_SETTING/);
  });

  it('is not steered by a web page of somewhere else', async () => {
    const simulator = await aSimulator();
    const answer = await fetch(`${simulator.url()}/_simulator/heal`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(403);
  });

  it('shows people what it received, and escapes it', async () => {
    const simulator = await aSimulator();
    await post(simulator, '<script>alert(1)</script>');
    const page = await (await fetch(simulator.url())).text();
    expect(page).toContain('#general');
    expect(page).not.toContain('<script>');
    const listed = (await (await fetch(`${simulator.url()}/_simulator/messages?limit=1`)).json()) as {
      total: number;
      messages: object[];
    };
    expect([listed.total, listed.messages.length]).toEqual([1, 1]);
  });
});

describe('journal', () => {
  const aFile = (): string => join(mkdtempSync(join(tmpdir(), 'journal-')), 'j.jsonl');

  it('gives back after a restart what was appended, but not a line that a kill tore', () => {
    const file = aFile();
    const first = openJournal<{ n: number }>(file);
    first.append({ n: 1 });
    first.append({ n: 2 });
    first.close();
    appendFileSync(file, '{"n":3');
    expect(openJournal<{ n: number }>(file).earlier).toEqual([{ n: 1 }, { n: 2 }]);
    expect(readFileSync(file, 'utf8')).toBe('{"n":1}\n{"n":2}\n');
  });

  it('keeps the newest when it grew too long', () => {
    const file = aFile();
    writeFileSync(file, [1, 2, 3].map((n) => `${JSON.stringify({ n })}\n`).join(''));
    expect(openJournal(file, 2).earlier).toEqual([{ n: 2 }, { n: 3 }]);
  });
});

describe('rate window', () => {
  it('counts within a window and begins anew after it', () => {
    let at = 0;
    const window = createRateWindow(2, 1_000, () => at);
    expect([window.take().ok, window.take().ok, window.take()]).toMatchObject([
      true,
      true,
      { ok: false, remaining: 0, resetSeconds: 1 },
    ]);
    at = 1_000;
    expect(window.take().ok).toBe(true);
  });
});

describe('simulator ports', () => {
  it('are pairs of vendor and port', () => {
    const parsed = parseSimulatorPorts(['zendesk=8100', 'http=8102']);
    expect(parsed.map(({ connector, port }) => [connector.name, port])).toEqual([
      ['zendesk', 8100],
      ['http', 8102],
    ]);
  });

  it.each(['jira=1', 'slack', 'slack=x'])('refuse %s with the variable to mend', (pair) => {
    expect(() => parseSimulatorPorts([pair])).toThrow('MILLRACE_SIMULATOR_PORTS');
  });
});
