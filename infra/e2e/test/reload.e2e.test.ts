import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { askMillrace, type RunningSystem, readState, startSystem } from '@millrace/system';
import pg from 'pg';
import { waitFor } from './wait-for.ts';

const root = join(import.meta.dirname, '../../..');
const data = mkdtempSync(join(tmpdir(), 'millrace-reload-'));
const flows = mkdtempSync(join(tmpdir(), 'millrace-reload-flows-'));

let system: RunningSystem;
let database: pg.Pool;
let gateway: string;
let key: string;

const route = (name: string, more = ''): string =>
  `      - { route: ${name}, sink: postgres, table: ${name}${more === '' ? '' : `, ${more}`} }`;
const writeRoutes = (...routes: readonly string[]): void =>
  writeFileSync(
    join(flows, 'flows.yaml'),
    ['sinks:', "  postgres: { url: '${POSTGRES_URL}' }", 'flows:', '  tickets:', '    deliver:', ...routes, ''].join(
      '\n',
    ),
  );
const picked = (priority: string): string => route('picked', `when: "priority = '${priority}'"`);

interface Reloaded {
  readonly digest: string;
  readonly changes: readonly string[];
  readonly processes: readonly { readonly process: string; readonly state: string; readonly digest: string }[];
}
const reload = (): Promise<Reloaded> => askMillrace<Reloaded>(root, system.stateFile, 'flows', 'reload');
const pids = (): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(readState(system.stateFile).services).map(([name, { pid }]) => [name, pid]));

/** Ids in the order of sending, of those that were accepted. */
const accepted: { readonly id: string; readonly priority: string }[] = [];
let isSending = true;

async function sendOne(number: number): Promise<void> {
  const [id, priority] = [`t${number}`, number % 2 === 0 ? 'high' : 'low'];
  const response = await fetch(`${gateway}/v1/events/tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
    body: JSON.stringify({ id, priority, subject: `ticket ${number}` }),
  });
  await response.arrayBuffer();
  if (response.status === 202) accepted.push({ id, priority });
}
async function keepSending(): Promise<void> {
  for (let number = 0; isSending; number += 1) {
    await sendOne(number);
    await pause(5);
  }
}
const moreAccepted = async (count: number): Promise<void> => {
  const from = accepted.length;
  await waitFor(`${count} more events`, async () => accepted.length >= from + count, 60_000);
};

/** How often each id was applied by a route. */
async function applied(name: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ id: string; count: number }>(
    'select id, count(*)::int as count from deliveries where route = $1 group by id',
    [`tickets.${name}`],
  );
  return new Map(rows.map(({ id, count }) => [id.slice(id.indexOf(':') + 1), count]));
}
const ids = (list: typeof accepted): readonly string[] => list.map(({ id }) => id);

beforeAll(async () => {
  writeRoutes(route('archive'), picked('high'), route('going'));
  system = await startSystem({ root, data, portBase: 28_280, flows });
  const state = readState(system.stateFile);
  database = new pg.Pool({ connectionString: state.postgres.url, max: 2 });
  gateway = state.services['ingest-gateway']?.url ?? '';
  ({ key } = await askMillrace<{ readonly key: string }>(root, system.stateFile, 'keys', 'show', 'sample'));
}, 180_000);

afterAll(async () => {
  isSending = false;
  await database?.end();
  await system?.stop();
  for (const folder of [data, flows]) rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe('a running installation that takes other flows', () => {
  it('adds, changes, removes and brings back routes without a restart, and loses and repeats nothing', async () => {
    const sending = keepSending();
    const before = pids();
    await moreAccepted(100);
    const early = [...accepted];
    await waitFor('the first events', async () => (await applied('archive')).size >= early.length);

    writeRoutes(route('archive'), picked('low'), route('audit'));
    const first = await reload();
    expect(first.changes.toSorted()).toEqual([
      'route tickets.audit is new',
      'route tickets.going is gone',
      'route tickets.picked has another when',
    ]);
    expect(first.processes.map(({ state, digest }) => [state, digest])).toEqual(
      first.processes.map(() => ['running', first.digest]),
    );
    expect(first.processes.map(({ process }) => process)).toContain('sink-writers-0');
    const afterFirst = accepted.length;
    const goneAt = (await applied('going')).size;
    await moreAccepted(100);
    const groups = await askMillrace<readonly { readonly group: string; readonly state: string }[]>(
      root,
      system.stateFile,
      ...['pipelines', 'ls'],
    );
    expect(groups).toContainEqual(expect.objectContaining({ group: 'sink-writers.tickets.going', state: 'removed' }));
    expect((await applied('going')).size).toBe(goneAt);

    writeRoutes(route('archive'), picked('low'), route('audit'), route('going'));
    await reload();
    await moreAccepted(100);
    expect(pids()).toEqual(before);
    isSending = false;
    await sending;

    const all = ids(accepted).toSorted();
    for (const name of ['archive', 'audit', 'going']) {
      const found = await waitFor(`all of ${name}`, async () => {
        const now = await applied(name);
        return now.size >= all.length ? now : null;
      });
      expect([...found.keys()].toSorted()).toEqual(all);
      expect([...found].filter(([, count]) => count !== 1)).toEqual([]);
    }
    const late = accepted.slice(afterFirst).filter(({ priority }) => priority === 'low');
    const found = await waitFor('the late ones of picked', async () => {
      const now = await applied('picked');
      return ids(late).every((id) => now.has(id)) ? now : null;
    });
    expect([...found].filter(([, count]) => count !== 1)).toEqual([]);
    expect(ids(early.filter(({ priority }) => priority === 'high')).filter((id) => !found.has(id))).toEqual([]);
    expect(ids(early.filter(({ priority }) => priority === 'low')).filter((id) => found.has(id))).toEqual([]);
    expect(ids(accepted.slice(afterFirst)).filter((id) => found.has(id))).toEqual(ids(late));
  }, 240_000);

  it('shows the dead letters of a route that came, and still when it is gone', async () => {
    interface Failures {
      readonly group: string;
      readonly code: string;
    }
    const others = [route('archive'), picked('low'), route('audit'), route('going')];
    writeRoutes(...others, route('broken', 'map: "subject"'));
    await reload();
    const shown = () => askMillrace<readonly Failures[]>(root, system.stateFile, 'dlq', 'groups');
    const isBroken = ({ group }: Failures): boolean => group === 'sink-writers.tickets.broken';
    await waitFor('its dead letters', async () => (await shown()).some(isBroken));
    writeRoutes(...others);
    await reload();
    expect((await shown()).find(isBroken)).toMatchObject({ code: 'X_POSTGRES_COLUMN' });
    expect((await applied('broken')).size).toBe(0);
  }, 90_000);

  it('is refused as a whole with every problem, and then runs what it ran', async () => {
    const before = await askMillrace<{ readonly announced: string }>(root, system.stateFile, 'flows', 'status');
    writeRoutes(route('archive', 'when: "prioritee = 1"'), '      - { route: other, sink: nowhere }');
    const refused = await promisify(execFile)(process.execPath, ['packages/cli/bin/millrace.mjs', 'flows', 'reload'], {
      cwd: root,
      env: { ...process.env, MILLRACE_STATE: system.stateFile },
    }).catch((error: { readonly code: number; readonly stderr: string }) => error);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('flows.tickets.deliver[0].when');
    expect(refused.stderr).toContain('flows.tickets.deliver[1].sink');
    expect(await askMillrace(root, system.stateFile, 'flows', 'status')).toEqual(before);
  }, 60_000);

  it('says which service must be started anew, and why; that one has it after kill -9', async () => {
    writeRoutes(
      ...[route('archive'), picked('low'), route('audit'), route('going')],
      '    enrich:',
      '      - { lookup: accounts, by: requester.emailDomain, as: account }',
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['packages/cli/bin/millrace.mjs', 'flows', 'reload'],
      { cwd: root, env: { ...process.env, MILLRACE_STATE: system.stateFile } },
    ).catch((error: { readonly stdout: string }) => error);
    expect(stdout).toContain('restart needed: enricher-0: reference table accounts is read from its start on');
    process.kill(pids()['enricher'] ?? 0, 'SIGKILL');
    await waitFor('the enricher with the new flows', async () => {
      const { announced, processes } = await askMillrace<{
        readonly announced: string;
        readonly processes: Reloaded['processes'];
      }>(root, system.stateFile, 'flows', 'status');
      return processes.every(({ state, digest }) => state === 'running' && digest === announced);
    });
    await sendOne(1_000_000);
    await waitFor('an event after it', async () => (await applied('archive')).has('t1000000'));
  }, 120_000);
});
