import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createInMemoryBroker, createInMemorySerde, eventId, type InMemoryBroker } from '@millrace/messaging';
import { type Answer, gatewayStandIn, runMillrace } from './support/command-line.ts';
import { aDeadLetter } from './support/records.ts';
import { type RunningReplayer, startReplayer, tokens, until } from './support/replayer.ts';

const group = 'sink-writers.tickets.urgent';
const broker: InMemoryBroker = createInMemoryBroker();
const serde = createInMemorySerde();
let database: TestDatabase;
let replayer: RunningReplayer;
let folder: string;
let stateFile: string;
const gateway = gatewayStandIn();

const millrace = (args: readonly string[], env: Record<string, string> = {}): Promise<Answer> =>
  runMillrace(args, { MILLRACE_STATE: stateFile, MILLRACE_ACTOR: 'ada', ...env });

const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await millrace([...args, '--json'])).out) as T;

const auditedActions = () =>
  Promise.all(
    broker
      .records(topics.opsAudit.name)
      .map(async ({ value }) => (await serde.decode(topics.opsAudit, value as Buffer)).action),
  );

const poison = async (key: string, errorCode: string): Promise<void> => {
  const told = { id: eventId([key]), errorCode, errorMessage: 'no such\u001b[2J channel' };
  await (await broker.createProducer()).send(aDeadLetter(group, key, told));
};

beforeAll(async () => {
  database = await testDatabase();
  await broker.admin.createTopics(topicSpecs([group]));
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  stateFile = join(folder, 'state.json');
  const tokenFile = join(folder, 'tokens.json');
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const { port } = gateway.address() as { port: number };
  const gatewayAdminUrl = `http://127.0.0.1:${port}`;
  replayer = await startReplayer({ broker, serde, postgresUrl: database.url, groups: [group], gatewayAdminUrl });
  await writeFile(tokenFile, JSON.stringify(tokens));
  await writeFile(
    stateFile,
    JSON.stringify({
      adminUrl: gatewayAdminUrl,
      tokenFile,
      services: { 'dlq-replayer': { url: replayer.url } },
    }),
  );
  await Promise.all([poison('zendesk:1', 'X_A'), poison('zendesk:2', 'X_A'), poison('zendesk:3', 'X_B')]);
});

afterAll(async () => {
  gateway.close();
  await replayer.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('millrace', () => {
  it('groups dead letters by cause, as JSON in the shape that tools rely on', async () => {
    const plan = await json<{ planned: number; sent: number; skipped: object; job: string }>(
      'dlq',
      'redrive',
      '--group',
      group,
    );
    expect(plan).toMatchObject({ planned: 3, sent: 0, skipped: {}, job: expect.any(String) });
    const groups = await json<object[]>('dlq', 'groups');
    expect(groups).toEqual([
      {
        group,
        fingerprint: 'f-X_A',
        code: 'X_A',
        message: expect.any(String),
        count: 2,
        firstSeen: expect.any(String),
        lastSeen: expect.any(String),
      },
      {
        group,
        fingerprint: 'f-X_B',
        code: 'X_B',
        message: expect.any(String),
        count: 1,
        firstSeen: expect.any(String),
        lastSeen: expect.any(String),
      },
    ]);
  });

  it('prints a plan and sends nothing without --start; with it sends exactly that', async () => {
    const plan = await millrace(['dlq', 'redrive', '--group', group, '--fingerprint', 'f-X_B']);
    expect([plan.code, plan.out]).toEqual([0, expect.stringContaining('would send')]);
    expect(broker.records(groupTopics(group).lane)).toHaveLength(0);
    const sent = await json<object>('dlq', 'redrive', '--group', group, '--fingerprint', 'f-X_B', '--start');
    expect(sent).toMatchObject({ planned: 1, sent: 1, skipped: {} });
    expect(broker.records(groupTopics(group).lane)).toHaveLength(1);
    const again = await millrace(['dlq', 'redrive', '--group', group, '--fingerprint', 'f-X_B', '--start', '--json']);
    expect(again.code).toBe(2);
    expect(JSON.parse(again.out)).toMatchObject({ planned: 1, sent: 0, skipped: { 'in-progress': 1 } });
  });

  it('shows one dead letter, and lets nobody’s text steer the terminal', async () => {
    const [first] = await json<{ id: string }[]>('dlq', 'ls', '--fingerprint', 'f-X_A', '--limit', '1');
    const shown = await millrace(['dlq', 'show', first?.id ?? '']);
    expect(shown.out).toContain('X_A');
    expect(shown.out).toContain('no such\\u001b[2J channel');
    expect(shown.out).not.toContain('\u001b');
    expect(await millrace(['dlq', 'show', 'nobody', '--json'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('X_DLQ_UNKNOWN'),
    });
  });

  it('traces, lists and peeks topics, loads reference rows, and orders pipelines', async () => {
    expect(await json('trace', 'zendesk:3')).toMatchObject({
      id: 'zendesk:3',
      hops: [
        { outcome: 'dead-lettered', code: 'X_B', service: 'sink-writers' },
        { outcome: 'redriven', service: 'dlq-replayer' },
      ],
    });
    const csv = join(folder, 'accounts.csv');
    await writeFile(csv, 'domain,tier\nacme.example,gold\nbeta.example,silver\n');
    expect(await json('reference', 'load', 'accounts', csv, '--plan')).toEqual({
      table: 'accounts',
      rows: 2,
      loaded: 0,
    });
    expect(await json('reference', 'load', 'accounts', csv)).toEqual({ table: 'accounts', rows: 2, loaded: 2 });
    expect(await json<object[]>('topics', 'ls')).toEqual(
      expect.arrayContaining([expect.objectContaining({ topic: 'reference.rows.v1', records: 2 })]),
    );
    expect(await json('topics', 'peek', 'reference.rows.v1', '--key', 'accounts/acme.example')).toMatchObject([
      { key: 'accounts/acme.example', value: { attributes: { tier: 'gold' } } },
    ]);
    const offsets = await json<{ earliest: number; latest: number }[]>('topics', 'offsets', 'reference.rows.v1');
    expect(offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0)).toBeGreaterThan(0);
    expect(await millrace(['topics', 'peek', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('X_TOPIC_UNKNOWN'),
    });
    expect(await json('pipelines', 'resume', group)).toEqual({ group, command: 'resume' });
    expect(await json('pipelines', 'ls')).toMatchObject([
      { group, state: 'unknown', deadLetters: 2 },
      { group: 'dlq-replayer.index', state: 'running', deadLetters: 0 },
    ]);
    const reason = `${group}.notes/0 cannot be read on from offset 3`;
    const halted = {
      group,
      service: 'sink-writers',
      instance: 'sink-writers-0',
      state: 'halted',
      code: 'X_A',
    } as const;
    const producer = await broker.createProducer();
    await producer.send({
      ...{ topic: topics.opsPipelines.name, key: Buffer.from(group), headers: [] },
      value: serde.encode(topics.opsPipelines, { ...halted, reason, since: 0 }),
    });
    await until('it is known', async () => (await json<{ state: string }[]>('pipelines', 'ls'))[0]?.state === 'halted');
    expect((await millrace(['pipelines', 'ls'])).out).toContain(`${group}  ${reason}`);
    const [order] = broker.records(topics.opsControl.name);
    expect(await serde.decode(topics.opsControl, order?.value as Buffer)).toMatchObject({ command: 'resume', group });
  });

  it('shows every control character of a stranger as an escape, in human output and in JSON', async () => {
    const name = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u007f\u202e\u2028\ufeffAll good\nforged';
    await poison(name, 'X_C\u001b[31m');
    await json('dlq', 'redrive', '--group', group, '--reason', name); // waits until all is indexed
    const found = [
      ['dlq', 'ls'],
      ['dlq', 'show', eventId([name])],
      ['topics', 'peek', groupTopics(group).dlq],
    ];
    const others = [
      ['dlq', 'groups'],
      ['dlq', 'jobs'],
      ['dlq', name],
      ['topics', 'peek', name],
      ['trace', name],
      ['sources', 'show', name],
    ];
    const shown = new Map<string, Answer>();
    for (const args of [...found, ...others, ...found.map((verb) => [...verb, '--json'])]) {
      const answer = await millrace(args);
      expect(`${answer.out}${answer.err}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028\u2029\ufeff]/u);
      expect(answer.out.split('\n').filter((line) => line.startsWith('forged'))).toEqual([]);
      shown.set(args.join(' '), answer);
    }
    const escaped = '\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u007f\\u202e\\u2028\\ufeffAll good\\nforged';
    for (const verb of found) expect(shown.get(verb.join(' '))?.out).toContain(escaped);
    expect(JSON.parse(shown.get('dlq ls --json')?.out ?? '')).toContainEqual(expect.objectContaining({ key: name }));
  });

  it('removes a row of a reference table: plans it, audits it, and leaves a tombstone', async () => {
    const csv = join(folder, 'leavers.csv');
    await writeFile(csv, 'domain,tier\nleaver.example,gold\nStayer.Example,silver\n');
    await json('reference', 'load', 'leavers', csv);
    expect(await json('reference', 'delete', 'leavers', 'Leaver.Example', 'nobody.example')).toEqual({
      table: 'leavers',
      planned: 1,
      deleted: 0,
      missing: ['nobody.example'],
    });
    expect(await json('reference', 'show', 'leavers', 'leaver.example')).toMatchObject({
      key: 'leaver.example',
      attributes: { tier: 'gold' },
    });
    const done = await millrace(['reference', 'delete', 'leavers', 'Leaver.Example', '--start']);
    expect([done.code, done.out.trim()]).toEqual([0, 'removed 1 row from leavers']);
    const last = broker
      .records(topics.referenceRows.name)
      .findLast(({ key }) => key?.toString() === 'leavers/leaver.example');
    expect(last?.value).toBeNull();
    const audited = broker.records(topics.opsAudit.name).at(-1);
    expect(await serde.decode(topics.opsAudit, audited?.value as Buffer)).toMatchObject({
      action: 'reference.delete',
      target: 'leavers',
      actor: 'operator',
      detail: JSON.stringify({ keys: ['leaver.example'], onBehalfOf: 'ada' }),
    });
    expect(await millrace(['reference', 'show', 'leavers', 'leaver.example'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('X_REFERENCE_UNKNOWN'),
    });
    expect((await millrace(['reference', 'delete', 'leavers', 'leaver.example', '--start'])).code).toBe(2);
    expect(await json('reference', 'ls', 'leavers')).toMatchObject({
      rows: 1,
      items: [{ key: 'stayer.example', attributes: { domain: 'Stayer.Example', tier: 'silver' } }],
      next: null,
    });
    expect(await json('reference', 'ls')).toEqual(
      expect.arrayContaining([{ table: 'leavers', rows: 1, loadedAt: expect.any(String) }]),
    );
  });

  it('replaces a reference table: plans what disappears, and does it only with --start', async () => {
    const [before, after] = [join(folder, 'before.csv'), join(folder, 'after.csv')];
    await writeFile(before, 'domain,name\nleaver.example,Old\nstayer.example,S\n');
    await writeFile(after, 'domain,name\nnewer.example,New\nstayer.example,S2\n');
    await json('reference', 'load', 'replaced', before);
    const loads = async () => (await auditedActions()).filter((action) => action === 'reference.load').length;
    const audits = await loads();
    expect(await json('reference', 'load', 'replaced', after, '--replace')).toEqual({
      ...{ table: 'replaced', rows: 2, loaded: 0, removes: 1, sample: ['leaver.example'], removed: 0 },
    });
    expect((await millrace(['reference', 'load', 'replaced', after, '--replace'])).out).toContain(
      'would remove 1 row: leaver.example\n--start on this command does both',
    );
    expect(await loads()).toBe(audits);
    expect(await json('reference', 'load', 'replaced', after, '--replace', '--start')).toMatchObject({
      ...{ loaded: 2, removes: 1, removed: 1 },
    });
    const { items } = await json<{ items: { key: string }[] }>('reference', 'ls', 'replaced');
    expect(items.map(({ key }) => key)).toEqual(['newer.example', 'stayer.example']);
    expect(await loads()).toBe(audits + 1);
  });

  it('cuts a file at its semicolons, and refuses by name what it cannot be sure of', async () => {
    const csv = join(folder, 'semicolon.csv');
    await writeFile(csv, 'domain;name;tier\ncontoso.example;Contoso;enterprise\nweir.example;Weir;free\n');
    expect(await json('reference', 'load', 'semicolons', csv)).toEqual({
      ...{ table: 'semicolons', rows: 2, loaded: 2, separator: ';' },
    });
    expect(await json('reference', 'show', 'semicolons', 'weir.example')).toMatchObject({
      attributes: { tier: 'free' },
    });
    expect(await millrace(['reference', 'load', 'semicolons', csv, '--separator', ','])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/separated by semicolons: pass --separator ';' \(X_REFERENCE_CSV\)/),
    });
    await writeFile(csv, Buffer.from('domain,name\na.example,Caf\xe9\n', 'latin1'));
    expect(await millrace(['reference', 'load', 'semicolons', csv])).toMatchObject({
      code: 1,
      err: expect.stringContaining('pass --encoding windows-1252'),
    });
    expect(await json('reference', 'load', 'semicolons', csv, '--encoding', 'windows-1252')).toMatchObject({
      ...{ loaded: 1, encoding: 'windows-1252' },
    });
    expect(await json('reference', 'show', 'semicolons', 'A.example')).toMatchObject({ attributes: { name: 'Café' } });
  });

  it('lists what is wrong with the installation, and what its services say, with exit code 1', async () => {
    const { code, out } = await millrace(['doctor', '--json']);
    expect(code).toBe(1);
    const { checked, findings } = JSON.parse(out) as {
      checked: string[];
      findings: { where: string; check: string }[];
    };
    expect(checked).toEqual(expect.arrayContaining(['kafka', 'postgres', 'topics', 'groups', 'pipelines', 'services']));
    // Nobody runs this route here, the broker in memory has no groups, and nobody told this health that all is open.
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'groups', severity: 'error', where: group }),
        expect.objectContaining({ check: 'driver', severity: 'error', where: 'driver in-memory' }),
        expect.objectContaining({ check: 'services', where: 'dlq-replayer', what: 'is starting' }),
      ]),
    );
    const told = await millrace(['doctor']);
    expect([told.code, told.out]).toEqual([1, expect.stringMatching(/what mends it[\s\S]*checked: kafka/)]);
  });

  it('asks the gateway about sources and keys, through the one address of operators, and audits who was shown a secret', async () => {
    expect(await json('sources', 'ls')).toMatchObject([{ name: 'zendesk', verifiedBy: 'vector' }]);
    expect(await json('sources', 'show', 'zendesk')).toMatchObject({ secret: 's3cret' });
    expect(await json('keys', 'show', 'sample')).toMatchObject({ key: 'mr_sample' });
    expect((await auditedActions()).slice(-2)).toEqual(['sources.secret', 'keys.secret']);
    expect(await millrace(['sources', 'show', 'nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no such thing (X_ADMIN_UNKNOWN)'),
    });
    const approver = { MILLRACE_ROLE: 'approver' };
    expect(await millrace(['sources', 'show', 'zendesk'], approver)).toMatchObject({
      ...{ code: 5, out: '', err: expect.stringContaining('X_ACCESS_ROLE') },
    });
  });

  it('completes the names that the installation knows, changes nothing and audits nothing', async () => {
    const audits = (await auditedActions()).length;
    const complete = async (...words: string[]) =>
      (await millrace(['completion', 'fish', '--', ...words])).out.trimEnd().split('\n');
    expect(await complete('pipelines', 'halt', 'sink')).toEqual(['words', expect.stringMatching(`^${group}\t`)]);
    expect(await complete('dlq', 'ls', '--fingerprint', 'f-X_B')).toEqual(['words', 'f-X_B\t1 of X_B']);
    expect(await complete('topics', 'peek', 'ops.aud')).toEqual(['words', expect.stringMatching(/^ops\.audit\t/)]);
    expect((await complete('dlq', 'show', '')).length).toBeGreaterThan(3);
    expect((await auditedActions()).length).toBe(audits);
    const refused = { MILLRACE_URL: replayer.url, MILLRACE_TOKEN: 'wrong-token-0123456789' };
    const silent = { code: 0, out: 'words\n', err: '' };
    expect(await millrace(['completion', 'bash', '--', 'dlq', 'show', ''], refused)).toEqual(silent);
  });

  it('says in one sentence what is missing, and exits as documented', async () => {
    expect(await millrace(['dlq', 'groups'], { MILLRACE_STATE: join(folder, 'none.json') })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/npm start.*X_CLI_NO_INSTALLATION/s),
    });
    const refused = { MILLRACE_URL: replayer.url, MILLRACE_TOKEN: 'wrong-token-0123456789' };
    expect(await millrace(['dlq', 'groups', '--json'], refused)).toMatchObject({
      code: 5,
      err: expect.stringContaining('X_ACCESS_TOKEN'),
    });
    expect(
      await millrace(['dlq', 'groups'], { MILLRACE_URL: 'http://127.0.0.1:9', MILLRACE_TOKEN: 'x' }),
    ).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
    expect((await millrace(['dlq', 'nonsense'])).code).toBe(64);
    expect((await millrace(['dlq', 'redrive', '--rate', 'fast'])).code).toBe(64);
    expect(await millrace(['dlq', 'redrive', '--group', 'no.such'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('X_PIPELINE_UNKNOWN'),
    });
    expect(await millrace(['simulator', 'slack', 'break'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('it does messages, fail'),
    });
    expect((await millrace(['--help'])).code).toBe(0);
    expect((await millrace(['dlq'])).code).toBe(64);
  });
});
