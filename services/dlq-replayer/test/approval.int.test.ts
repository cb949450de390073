import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topicSpecs, topics } from '@millrace/contracts';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createInMemoryBroker, createInMemorySerde, eventId } from '@millrace/messaging';
import type { DeadLetterView, Identity, JobView, RecordView } from '@millrace/operator-api';
import { aDeadLetter } from './support/records.ts';
import { type RunningReplayer, startReplayer, until } from './support/replayer.ts';

const [urgent, vip] = ['sink-writers.tickets.urgent', 'sink-writers.tickets.vip'] as const;
const broker = createInMemoryBroker();
const serde = createInMemorySerde();
let database: TestDatabase;
let replayer: RunningReplayer;

const everything = { groups: ['*'], topics: ['*'] };
const identities: Readonly<Record<string, Identity>> = {
  planner: { id: 'p', name: 'p', roles: ['operator'], ...everything },
  both: { id: 'b', name: 'b', roles: ['operator', 'approver'], ...everything },
  other: { id: 'o', name: 'other', roles: ['approver'], ...everything },
  viewer: { id: 'v', name: 'viewer', roles: ['viewer'], ...everything },
  scoped: { id: 's', name: 'scoped', roles: ['operator'], groups: ['*.vip'], topics: ['dlq.*.vip', 'ops.*'] },
};

const call = <T = { readonly code?: string; readonly status?: number }>(
  token: string,
  path: string,
  body?: unknown,
): Promise<T> => replayer.call<T>(path, { token, ...(body === undefined ? {} : { method: 'POST', body }) });

const fail = async (group: string, key: string): Promise<void> => {
  await (await broker.createProducer()).send(aDeadLetter(group, key, { id: eventId([group, key]) }));
};

const audits = () =>
  Promise.all(broker.records(topics.opsAudit.name).map(({ value }) => serde.decode(topics.opsAudit, value as Buffer)));
const plan = (token: string, group: string = urgent) => call<JobView>(token, '/v1/dlq/redrive', { group });
const start = (token: string, { job }: JobView) =>
  call<{ readonly state?: string; readonly code?: string }>(token, `/v1/jobs/${job}/start`, {});

beforeAll(async () => {
  database = await testDatabase();
  await broker.admin.createTopics(topicSpecs([urgent, vip]));
  replayer = await startReplayer({
    ...{ broker, serde, postgresUrl: database.url, groups: [urgent, vip], approvalAbove: 0 },
    authenticate: async (token) => identities[token] ?? null,
  });
  await Promise.all([fail(urgent, 'u1'), fail(urgent, 'u2'), fail(vip, 'v1')]);
  await until('three dead letters', async () => {
    const { items } = await call<{ items: object[] }>('planner', '/v1/dlq');
    return items.length === 3 && items;
  });
});

afterAll(async () => {
  await replayer.stop();
  await database.drop();
});

describe('a plan that needs an approver', () => {
  it('is started by one who did not make it', async () => {
    expect(await start('other', await plan('planner'))).toMatchObject({ state: 'running', actor: 'p' });
    const entries = await audits();
    expect(entries.filter(({ action }) => action === 'dlq.plan').at(-1)).toMatchObject({ actor: 'p' });
    expect(entries.filter(({ action }) => action === 'dlq.redrive').at(-1)).toMatchObject({ actor: 'o' });
  });

  it('is never started by the credential that made it, whatever name that writes beside it', async () => {
    const made = await plan('both', vip);
    expect(made).toMatchObject({ needsApproval: true, left: 1, actor: 'b' });
    expect(await start('planner', made)).toMatchObject({ code: 'X_REPLAY_APPROVAL' });
    for (const name of ['mallory', 'other', 'o']) {
      const response = await fetch(new URL(`/v1/jobs/${made.job}/start`, replayer.url), {
        method: 'POST',
        headers: { authorization: 'Bearer both', 'millrace-actor': name },
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'X_REPLAY_APPROVAL' });
    }
    const viewed = await call<JobView>('both', `/v1/jobs/${made.job}`);
    expect(viewed.state).toBe('planned');
    expect((await audits()).filter(({ action, actor }) => action === 'dlq.redrive' && actor === 'b')).toEqual([]);
  });

  it('is not started by its maker of before names were bound to credentials', async () => {
    const made = await plan('planner', vip);
    await replayer.database.query('UPDATE dlq_replayer.jobs SET actor = $2 WHERE job = $1', [made.job, 'b:ada']);
    expect(await start('both', made)).toMatchObject({ code: 'X_REPLAY_APPROVAL' });
  });
});

describe('a read of records', () => {
  it('is recorded before, with who read what', async () => {
    const [row] = (await call<{ items: DeadLetterView[] }>('planner', `/v1/dlq?group=${vip}`)).items;
    await call('planner', `/v1/dlq/${row?.id}`);
    const peeked = await call<RecordView[]>('planner', '/v1/topics/ops.audit/records?limit=1');
    expect(peeked).toMatchObject([{ value: { action: 'topics.peek', actor: 'p', target: 'ops.audit' } }]);
    expect((await audits()).slice(-2)).toMatchObject([
      { action: 'dlq.show', actor: 'p', target: vip, detail: JSON.stringify({ id: row?.id }) },
      { action: 'topics.peek', actor: 'p', target: 'ops.audit' },
    ]);
  });

  it('is not a viewer’s, who sees facts about them', async () => {
    const before = (await audits()).length;
    const { items } = await call<{ items: DeadLetterView[] }>('viewer', '/v1/dlq?all=true');
    expect(items).toHaveLength(3);
    for (const path of [`/v1/dlq/${items[0]?.id}`, '/v1/topics/ops.audit/records', '/v1/reference/accounts'])
      expect([path, await call('viewer', path)]).toMatchObject([path, { status: 403, code: 'X_ACCESS_ROLE' }]);
    expect(await call('viewer', '/v1/dlq/redrive', { group: vip })).toMatchObject({ code: 'X_ACCESS_ROLE' });
    expect(await call('viewer', `/v1/pipelines/${vip}/halt`, {})).toMatchObject({ code: 'X_ACCESS_ROLE' });
    expect(await audits()).toHaveLength(before);
  });
});

describe('a scoped identity', () => {
  it('sees in every list only what is of its groups and topics', async () => {
    const groupsIn = async (path: string) =>
      (await call<{ items?: { group: string }[] } & { group: string }[]>('scoped', path)) as unknown;
    const inAll = (found: unknown): string[] =>
      ((found as { items?: { group: string }[] }).items ?? (found as { group: string }[])).map(({ group }) => group);
    for (const path of ['/v1/dlq?all=true', '/v1/dlq/groups?all=true', '/v1/jobs', '/v1/pipelines'])
      expect([path, ...new Set(inAll(await groupsIn(path)))]).toEqual([path, vip]);
    const listed = await call<{ topic: string }[]>('scoped', '/v1/topics');
    expect(listed.map(({ topic }) => topic)).toContain(groupTopics(vip).dlq);
    expect(listed.filter(({ topic }) => topic !== groupTopics(vip).dlq && !topic.startsWith('ops.'))).toEqual([]);
  });

  it('neither sees nor changes what is not, and does what is', async () => {
    const [foreign, own] = [eventId([urgent, 'u1']), eventId([vip, 'v1'])];
    const foreignJob = await plan('planner');
    for (const [path, body, code] of [
      [`/v1/dlq?group=${urgent}`, undefined, 'X_ACCESS_SCOPE'],
      [`/v1/dlq/${foreign}`, undefined, 'X_DLQ_UNKNOWN'],
      ['/v1/dlq/redrive', { group: urgent }, 'X_ACCESS_SCOPE'],
      ['/v1/dlq/redrive', { ids: [foreign] }, 'X_ACCESS_SCOPE'],
      ['/v1/dlq/reindex', {}, 'X_ACCESS_SCOPE'],
      ['/v1/doctor', undefined, 'X_ACCESS_SCOPE'],
      [`/v1/jobs/${foreignJob.job}`, undefined, 'X_REPLAY_JOB_UNKNOWN'],
      [`/v1/jobs/${foreignJob.job}/start`, {}, 'X_REPLAY_JOB_UNKNOWN'],
      [`/v1/pipelines/${urgent}/halt`, {}, 'X_ACCESS_SCOPE'],
      [`/v1/topics/${groupTopics(urgent).dlq}/records`, undefined, 'X_ACCESS_SCOPE'],
      ['/v1/reference/accounts', undefined, 'X_ACCESS_SCOPE'],
      ['/v1/trace/u1', undefined, 'X_TRACE_UNKNOWN'],
    ] as const)
      expect([path, await call('scoped', path, body)]).toMatchObject([path, { code }]);
    expect(await call('scoped', '/v1/dlq/discard', { ids: [foreign], reason: 'x' })).toEqual({
      ...{ discarded: 0, skipped: 1 },
    });
    expect(await call('scoped', `/v1/dlq/${own}`)).toMatchObject({ group: vip });
    expect(await call('scoped', '/v1/dlq/discard', { ids: [own], reason: 'x' })).toEqual({ discarded: 1, skipped: 0 });
  });
});
