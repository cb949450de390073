import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { connectDatabase, type Database } from '@millrace/ledger/postgres';
import { createLogger } from '@millrace/service';
import { type DeadLetterRow, deadLetterRow } from '../src/index/dead-letter.ts';
import { createDeadLetterIndex, type DeadLetterIndex } from '../src/index/dead-letter-index.ts';
import { indexHistory } from '../src/index/schema.ts';
import type { JobReport, Selection } from '../src/redrive/job.ts';
import { createJobStore, type JobStore } from '../src/redrive/job-store.ts';
import { aRecord } from './support/records.ts';

const group = 'sink-writers.tickets.ordered';
let database: TestDatabase;
let postgres: Database;
let index: DeadLetterIndex;
let jobs: JobStore;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  const logger = createLogger({ service: 'test', level: 'silent' });
  postgres = connectDatabase({ url: database.url, histories: [indexHistory], applicationName: 'test', logger });
  index = createDeadLetterIndex(postgres);
  jobs = createJobStore(postgres);
});
beforeEach(() => index.clear());
afterAll(async () => {
  await postgres.close();
  await database.drop();
});

/** A dead letter in the line of the key `a`, as the indexer would read it. */
const inLine = (at: number, given: Partial<DeadLetterRow> = {}): DeadLetterRow => ({
  ...deadLetterRow(aRecord({ topic: `dlq.${group}`, offset: at }), group),
  ...{ dlq_id: `d${at}`, key: 'a', hold: 'd0', held_at: at },
  ...(at === 0 ? { code: 'X_T_REFUSED' } : { code: 'X_KEY_HELD' }),
  ...given,
});
const put = (...deadLetters: readonly DeadLetterRow[]): Promise<void> =>
  index.apply({ deadLetters, acks: [], statuses: [], positions: [] });
const ack = (dlqId: string, outcome: string): Promise<void> => {
  const said = { job: `answer-${dlqId}`, group, dlqId, outcome, code: null, eventId: null, at: 1 };
  return index.apply({
    deadLetters: [],
    acks: [{ ...said, partition: 0, offset: 0 }],
    statuses: [],
    positions: [],
  });
};
const job = () => {
  made += 1;
  return { job: `j${made}`, group, actor: 'op', reason: null, ratePerSecond: 100, createdAt: 1 };
};
const plan = (selection: Partial<Selection> = {}, approvalAbove = 10_000): Promise<JobReport> =>
  jobs.plan(
    {
      ...job(),
      selection: { group, fingerprint: null, ids: null, since: null, force: false, ...selection },
      endOffsets: { 0: 1_000_000 },
    },
    { approvalAbove },
  );
/** What follows now, in the order in which it will be sent. */
const followers = async (): Promise<readonly string[]> => {
  if ((await jobs.due()).length === 0) return [];
  const started = await jobs.follow(job());
  return started === null ? [] : (await jobs.next(started, 1_000)).map(({ dlqId }) => dlqId);
};

describe('the line of a held key', () => {
  it('has only its first planned, counts the rest as followers, and asks for an approver for all of them', async () => {
    await put(...[0, 1, 2, 3].map((at) => inLine(at)));
    expect(await plan()).toMatchObject({ planned: 4, left: 1, followers: 3, skipped: { 'key-held': 3 } });
    expect(await plan({ ids: ['d0'] }, 3)).toMatchObject({ left: 1, followers: 3, needsApproval: true });
    expect(await plan({ ids: ['d2'], force: true })).toMatchObject({ left: 0, skipped: { 'key-held': 1 } });
  });

  it('does not move while its first waits for an operator, is on its way, or is parked', async () => {
    for (const status of ['UNRESOLVED', 'SCHEDULED', 'REDRIVEN', 'PARKED'] as const) {
      await index.clear();
      await put(inLine(0, { status }), inLine(1));
      expect(await followers()).toEqual([]);
    }
  });

  it('moves when its first is resolved or discarded, in the order of the line, whatever the offsets say', async () => {
    for (const outcome of ['delivered', 'discarded']) {
      await index.clear();
      await put(inLine(0), inLine(1, { offset: 90 }), inLine(2), inLine(3, { offset: 80 }));
      await ack('d0', outcome);
      expect(await followers()).toEqual(['d1', 'd2', 'd3']);
      expect(await followers()).toEqual([]);
    }
  });

  it('does not move between the answer of a failure and the dead letter that comes of it', async () => {
    await put(inLine(0), inLine(1));
    await ack('d0', 'failed-again');
    expect(await followers()).toEqual([]);
    await put(inLine(0, { dlq_id: 'd0-again', replay_of: 'd0', replay_count: 1, offset: 70 }));
    expect(await followers()).toEqual([]);
    await ack('d0-again', 'delivered');
    expect(await followers()).toEqual(['d1']);
  });

  it('goes on behind a held one that came back, and stops before one that failed by itself', async () => {
    await put(inLine(0), inLine(1, { status: 'FAILED_AGAIN' }), inLine(2), inLine(3));
    await put(inLine(1, { dlq_id: 'd1-again', replay_of: 'd1', code: 'X_T_REFUSED', offset: 71 }));
    await ack('d0', 'delivered');
    expect(await followers()).toEqual([]);
    expect(await plan()).toMatchObject({ left: 1, followers: 2 });
    await ack('d1-again', 'delivered');
    expect(await followers()).toEqual(['d2', 'd3']);
  });

  it('goes in portions, and other lines do not wait for it', async () => {
    await put(...Array.from({ length: 1_200 }, (_, at) => inLine(at)));
    await put(inLine(0, { dlq_id: 'b0', hold: 'b0', key: 'b' }), inLine(1, { dlq_id: 'b1', hold: 'b0', key: 'b' }));
    await ack('d0', 'delivered');
    expect(await followers()).toHaveLength(500);
    await ack('b0', 'delivered');
    expect(await followers()).toEqual(['b1']);
  });

  it('can be given up at any place, and then waits for its group', async () => {
    await put(...[0, 1, 2].map((at) => inLine(at)), inLine(3, { status: 'PARKED' }), inLine(4, { status: 'RESOLVED' }));
    const given = await plan({ ids: ['d1', 'd3', 'd4'], mode: 'discard' });
    expect(given).toMatchObject({ planned: 3, left: 2, skipped: { resolved: 1 } });
    await jobs.start(given.job, 2);
    expect((await jobs.next(given, 10)).map(({ dlqId }) => dlqId)).toEqual(['d1', 'd3']);
    await ack('d1', 'discarded');
    expect((await index.find('d1'))?.status).toBe('DISCARDED');
  });

  it('does not pass over one that has expired: it is parked', async () => {
    await put(inLine(0), inLine(1), inLine(2));
    await ack('d0', 'delivered');
    const started = (await jobs.follow(job())) as JobReport;
    await jobs.markSkipped(started.job, ['d1'], 'expired');
    await jobs.markSent(started.job, ['d2'], 3);
    expect((await index.find('d1'))?.status).toBe('PARKED');
    await ack('d2', 'failed-again');
    await put(inLine(2, { dlq_id: 'd2-again', replay_of: 'd2', offset: 72 }));
    expect(await followers()).toEqual([]);
    await ack('d1', 'discarded');
    expect(await followers()).toEqual(['d2-again']);
  });

  it('of thousands is planned and followed in no time', async () => {
    for (let from = 0; from < 20_000; from += 2_000)
      await put(
        ...Array.from({ length: 2_000 }, (_, at) =>
          inLine(from + at, from + at < 10_000 ? { status: 'RESOLVED' } : {}),
        ),
      );
    const began = performance.now();
    expect(await plan()).toMatchObject({ left: 1, skipped: { 'key-held': 9_999, resolved: 10_000 } });
    const planned = performance.now();
    expect(await followers()).toHaveLength(500);
    expect([planned - began, performance.now() - planned].map((ms) => ms < 3_000)).toEqual([true, true]);
  });
});
