import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createInMemoryBroker, type InMemoryBroker, type Serde } from '@millrace/messaging';
import { connectCredentials, digestOf } from '@millrace/operator-api/credentials';
import { createLogger } from '@millrace/service';
import { runMillrace } from './support/command-line.ts';
import { type RunningReplayer, startReplayer, tokens, until } from './support/replayer.ts';

/** Bare Avro behind five bytes, as the wire format has it. */
const serde: Serde = {
  pin: async () => undefined,
  encode: (topic, value) => Buffer.concat([Buffer.alloc(5), topic.encode(value)]),
  decode: (topic, bytes) => topic.decode(bytes.subarray(5)),
};
const everyTopic = Object.values(topics).map(({ name }) => ({
  ...{ name, partitions: 1, replicationFactor: 1 },
  config: {},
}));

let folder: string;
let postgres: TestDatabase;
let broker: InMemoryBroker;
/** Two processes, as behind a balancer. */
let replayers: readonly RunningReplayer[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-credentials-'));
  postgres = await testDatabase();
  broker = createInMemoryBroker({ topics: everyTopic });
  const start = (indexGroup: string) =>
    startReplayer({ broker, serde, indexGroup, postgresUrl: postgres.url, groups: [] });
  replayers = [await start('one'), await start('two')];
  await writeFile(join(folder, 'tokens.json'), JSON.stringify(tokens));
  await writeFile(
    join(folder, 'state.json'),
    JSON.stringify({
      tokenFile: join(folder, 'tokens.json'),
      services: { 'dlq-replayer': { url: replayers[0]?.url } },
    }),
  );
});
afterAll(async () => {
  for (const replayer of replayers) await replayer.stop();
  await postgres.drop();
  await rm(folder, { recursive: true, force: true });
});

const millrace = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runMillrace(args, { MILLRACE_STATE: join(folder, 'state.json'), ...env });
interface Changed {
  readonly plan: string;
  readonly secret?: string;
  readonly token?: { readonly id: string };
  readonly key?: { readonly id: string };
}
const done = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Changed> => {
  const { code, out, err } = await millrace([...args, '--json'], env);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Changed;
};
const audited = () =>
  broker
    .records(topics.opsAudit.name)
    .map(({ value }) => topics.opsAudit.decode((value ?? Buffer.alloc(0)).subarray(5)))
    .map(({ action, actor, target }) => ({ action, actor, target }));
const statusOf = async (replayer: RunningReplayer | undefined, token: string, path = '/v1/tokens'): Promise<number> =>
  (await fetch(new URL(path, replayer?.url), { headers: { authorization: `Bearer ${token}` } })).status;

describe('millrace tokens', () => {
  it('plans, and makes nothing without --start', async () => {
    const { out } = await millrace(['tokens', 'create', '--name', 'ada', '--role', 'viewer']);
    expect(out).toContain('--start on this command does it');
    expect(JSON.parse((await millrace(['tokens', 'ls', '--json'])).out)).toEqual([]);
    expect(audited()).toEqual([]);
  });

  it('makes a token that counts in every process, rotates and revokes it, each audited by who did it', async () => {
    const made = await done(['tokens', 'create', '--name', 'ada', '--role', 'admin', '--expires', '90d', '--start']);
    const secret = made.secret ?? '';
    const id = made.token?.id ?? '';
    expect(await Promise.all(replayers.map((one) => statusOf(one, secret)))).toEqual([200, 200]);
    const rotated = await done(['tokens', 'rotate', id, '--overlap', '1h', '--start'], { MILLRACE_TOKEN: secret });
    const newer = rotated.secret ?? '';
    expect(await Promise.all([secret, newer].map((token) => statusOf(replayers[1], token)))).toEqual([200, 200]);
    expect((await done(['tokens', 'revoke', id, '--start'])).plan).toContain(
      `${rotated.token?.id} of the same identity`,
    );
    await until(
      'refused everywhere',
      async () => (await Promise.all(replayers.map((one) => statusOf(one, secret)))).every((status) => status === 401),
      5_000,
    );
    expect(await statusOf(replayers[1], newer)).toBe(200);
    expect(audited()).toEqual([
      { action: 'tokens.create', actor: 'admin', target: 'ada' },
      { action: 'tokens.rotate', actor: id, target: id },
      { action: 'tokens.revoke', actor: 'admin', target: id },
    ]);
    const { out } = await millrace(['tokens', 'ls', '--json']);
    for (const text of [secret, newer].flatMap((one) => [one, digestOf(one)])) expect(out).not.toContain(text);
  });

  it('gives nobody more than who gives has', async () => {
    const scoped = await done([
      'tokens',
      'create',
      '--name',
      'part',
      '--role',
      'admin',
      '--groups',
      'sink-writers.*',
      '--start',
    ]);
    const env = { MILLRACE_TOKEN: scoped.secret ?? '' };
    const create = (...more: string[]) =>
      millrace(['tokens', 'create', '--name', 'x', '--role', 'viewer', ...more, '--start', '--json'], env);
    const refused = { code: 5, out: '', err: expect.stringContaining('X_CREDENTIAL_GRANT') };
    expect(await create()).toEqual(refused);
    expect(await create('--groups', 'sink-*')).toEqual(refused);
    expect((await create('--groups', 'sink-writers.zendesk-*')).code).toBe(0);
    const whole = await done(['tokens', 'create', '--name', 'whole', '--role', 'viewer', '--start']);
    const taken = await millrace(['tokens', 'rotate', whole.token?.id ?? '', '--start', '--json'], env);
    expect(taken).toEqual(refused);
    expect((await millrace(['tokens', 'ls'], { MILLRACE_ROLE: 'operator' })).code).toBe(5);
  });
});

describe('millrace keys', () => {
  it('makes, shows, rotates and revokes keys as the operator of npm start', async () => {
    const as = { MILLRACE_ROLE: 'operator' };
    const made = await done(['keys', 'create', '--client', 'web-shop', '--scopes', 'tickets,leads', '--start'], as);
    expect(made).toMatchObject({ secret: expect.stringMatching(/^mrk_/), key: { scopes: ['tickets', 'leads'] } });
    const id = made.key?.id ?? '';
    const rotated = await done(['keys', 'rotate', id, '--start'], as);
    expect(rotated).toMatchObject({ key: { rotatedFrom: id, identity: id } });
    expect(await done(['keys', 'revoke', id, '--start'], as)).toMatchObject({ key: { state: 'revoked' } });
    const { out } = await millrace(['keys', 'ls'], as);
    expect(out).toMatch(/web-shop.*revoked/);
    expect(out).not.toContain(rotated.secret);
  });

  it('makes no further key for a client whose name a source was given later', async () => {
    const earlier = connectCredentials({
      ...{ url: postgres.url, name: 'earlier', now: Date.now },
      logger: createLogger({ service: 'test', level: 'silent' }),
    });
    const draft = { kind: 'key', name: 'zendesk', roles: [], groups: [], topics: [], scopes: ['*'] } as const;
    const { credential } = await earlier.store.create({ ...draft, expiresAt: null }, 'test');
    await earlier.close();
    const rotated = await millrace(['keys', 'rotate', credential.id, '--start']);
    expect([rotated.code === 0, rotated.err]).toEqual([
      false,
      expect.stringContaining('zendesk is the name of a source of the flow file'),
    ]);
    expect((await millrace(['keys', 'revoke', credential.id, '--start'])).code).toBe(0);
  });

  it('refuses a client that has the name of a source, an entity that there is not, and a time that is over', async () => {
    const create = (client: string, scopes: string, expires = '1d') =>
      millrace(['keys', 'create', '--client', client, '--scopes', scopes, '--expires', expires]);
    expect((await create('zendesk', '*')).err).toContain('zendesk is the name of a source of the flow file');
    expect((await create('shop', 'nothings')).err).toContain('X_CREDENTIAL_INVALID');
    expect((await create('shop', '*', '2020-01-01')).err).toContain('expected a time to come');
    expect((await create('shop', '*', 'soon')).err).toContain('X_REQUEST_INVALID');
  });
});
