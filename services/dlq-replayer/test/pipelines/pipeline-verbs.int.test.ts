import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createInMemoryBroker, createInMemorySerde } from '@millrace/messaging';
import { runMillrace } from '../support/command-line.ts';
import { type RunningReplayer, startReplayer, tokens } from '../support/replayer.ts';

const group = 'sink-writers.tickets.urgent';
const source = topics.ticketsClassified.name;
const broker = createInMemoryBroker();
const serde = createInMemorySerde();
let database: TestDatabase;
let replayer: RunningReplayer;
let folder: string;

const millrace = (args: readonly string[]) => runMillrace(args, { MILLRACE_STATE: join(folder, 'state.json') });
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await millrace([...args, '--json'])).out) as T;
const auditedActions = () =>
  Promise.all(
    broker
      .records(topics.opsAudit.name)
      .map(async ({ value }) => (await serde.decode(topics.opsAudit, value as Buffer)).action),
  );

beforeAll(async () => {
  database = await testDatabase();
  await broker.admin.createTopics(topicSpecs([group]));
  folder = await mkdtemp(join(tmpdir(), 'millrace-pipelines-'));
  const reads = new Map([[group, [source, ...Object.values(groupTopics(group).retry), groupTopics(group).lane]]]);
  replayer = await startReplayer({ broker, serde, postgresUrl: database.url, groups: [group], reads });
  const tokenFile = join(folder, 'tokens.json');
  await writeFile(tokenFile, JSON.stringify(tokens));
  const services = { 'dlq-replayer': { url: replayer.url } };
  await writeFile(join(folder, 'state.json'), JSON.stringify({ adminUrl: replayer.url, tokenFile, services }));
});
afterAll(async () => {
  await replayer.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('millrace pipelines', () => {
  it('says where a pipeline would go on, and passes over what was not done only when that is meant', async () => {
    const producer = await broker.createProducer();
    for (let number = 0; number < 10; number += 1)
      await producer.send({ topic: source, partition: 1, key: null, value: null, headers: [] });
    const committed = async () => (await broker.admin.committed(group, [source]))[1]?.committed?.offset ?? null;
    const seek = ['pipelines', 'seek', group] as const;
    const place = ['--topic', source, '--partition', '1', '--offset', '4'] as const;
    const set = { topic: source, partition: 1, from: null, to: 4, again: 0, skipped: 4, gone: 0 };
    const whole = { group, started: false, blocked: null, again: 0, skipped: 4, gone: 0 };
    expect(await json(...seek, ...place)).toEqual({ ...whole, partitions: [set] });
    expect((await millrace([...seek, ...place])).out).toContain('--skip --start does it');
    expect(await millrace([...seek, ...place, '--start'])).toMatchObject({
      ...{ code: 5, err: expect.stringMatching(/4 records were not done.*X_PIPELINE_SKIPS/) },
    });
    expect([await committed(), await auditedActions()]).toEqual([null, expect.not.arrayContaining(['pipelines.seek'])]);

    expect(await json(...seek, ...place, '--skip', '--start')).toEqual({ ...whole, started: true, partitions: [set] });
    expect([await committed(), (await auditedActions()).at(-1)]).toEqual([4, 'pipelines.seek']);
    expect(await json<object[]>('pipelines', 'ls')).toMatchObject([{ group, desired: 'halted' }, {}]);
    const back = await millrace([...seek, '--to', 'earliest', '--start']);
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('4 records are read again')]);
    expect(await committed()).toBe(0);
    expect((await millrace([...seek, '--position', `${source}/1/0`])).code).toBe(2);
    expect(await json(...seek, '--to', '1d')).toMatchObject({ started: false, skipped: 0 });
  });

  it.each([
    [[], 'either --to'],
    [['--to', 'latest', '--position', 'a/0/1'], 'either --to'],
    [['--offset', '4'], '--topic and --partition'],
    [['--position', 'a/b/c'], 'topic/partition/offset'],
    [['--topic', 'a', '--partition', 'x', '--offset', '1'], '--partition is a whole number'],
  ] as const)('refuses pipelines seek %j as wrong usage', async (args, said) => {
    expect(await millrace(['pipelines', 'seek', group, ...args])).toMatchObject({
      ...{ code: 64, err: expect.stringContaining(said) },
    });
  });

  it('refuses a place that a pipeline does not have, and a pipeline that no flow has', async () => {
    for (const [args, code] of [
      [['--to', 'soon'], 'X_REQUEST_INVALID'],
      [['--to', 'latest', '--topic', 'other.v1'], 'X_PIPELINE_SEEK'],
      [['--position', `${source}/1/11`], 'X_PIPELINE_SEEK'],
      [['--position', `${source}/99/0`], 'X_PIPELINE_SEEK'],
    ] as const)
      expect([args, (await millrace(['pipelines', 'seek', group, ...args])).err]).toEqual([
        args,
        expect.stringContaining(code),
      ]);
    for (const [other, code] of [
      ['nobody', 'X_PIPELINE_UNKNOWN'],
      ['dlq-replayer.index', 'X_PIPELINE_FIXED'],
    ] as const)
      for (const order of [
        ['seek', other, '--to', 'earliest'],
        ['rate', other, '5'],
      ])
        expect(await millrace(['pipelines', ...order])).toMatchObject({
          ...{ code: 1, err: expect.stringContaining(code) },
        });
  });

  it('bounds the rate of a pipeline, shows it, and lifts it', async () => {
    const rateOf = async () =>
      (await json<{ ratePerSecond: number | null }[]>('pipelines', 'ls')).map((one) => one.ratePerSecond);
    expect(await json('pipelines', 'rate', group, '2.5/s', '--plan')).toMatchObject({
      ratePerSecond: 2.5,
      done: false,
    });
    expect(await rateOf()).toEqual([null, null]);
    expect(await json('pipelines', 'rate', group, '2.5/s')).toEqual({ group, ratePerSecond: 2.5 });
    expect([await rateOf(), (await auditedActions()).at(-1)]).toEqual([[2.5, null], 'pipelines.rate']);
    expect((await millrace(['pipelines', 'ls'])).out).toContain('2.5/s');
    for (const [rate, said] of [
      ['0', `pipelines halt ${group}`],
      ['fast', 'records per second'],
      ['-1', 'records per second'],
    ])
      expect(await millrace(['pipelines', 'rate', group, rate as string])).toMatchObject({
        ...{ code: 64, err: expect.stringContaining(said as string) },
      });
    expect(await json('pipelines', 'rate', group, 'off')).toEqual({ group, ratePerSecond: null });
    expect(await rateOf()).toEqual([null, null]);
  });
});
