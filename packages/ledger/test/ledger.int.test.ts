import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { createLogger, createMetrics } from '@millrace/service';
import type { Ledger } from '../src/index.ts';
import { connectDatabase } from '../src/postgres.ts';
import { ledgersOn } from './support/ledgers.ts';

let database: TestDatabase;
let ledgers: ReturnType<typeof ledgersOn>;
let one: Ledger;
let other: Ledger;

beforeAll(async () => {
  database = await testDatabase();
  ledgers = ledgersOn(database.url);
  // At once: both migrate, and only one does.
  [one, other] = await Promise.all([ledgers.open(), ledgers.open()]);
});

afterAll(async () => {
  await ledgers.close();
  await database.drop();
});

const aRequest = (identity = randomUUID()) => ({
  source: 'zendesk',
  identity,
  eventId: randomUUID(),
  receivedAt: ledgers.clock.now,
});
const position = { topic: 'webhooks.received.v1', partition: 2, offset: 41 };

describe('claims', () => {
  it('gives each request to exactly one of its racing twins, also across processes', async () => {
    const requests = Array.from({ length: 100 }, () => aRequest());
    const twins = requests.flatMap((request) =>
      [one, other, one, other, other].map((ledger) => ledger.claims.claim(request)),
    );
    const results = await Promise.all(twins);
    expect(results.filter(({ kind }) => kind === 'new')).toHaveLength(100);
    expect(results.filter(({ kind }) => kind === 'in-flight')).toHaveLength(400);
  });

  it('answers a completed request as a duplicate with its first id and digest', async () => {
    const request = { ...aRequest(), digest: 'd1' };
    expect(await one.claims.claim(request)).toEqual({ kind: 'new' });
    await one.claims.complete(request.eventId, position);
    expect(await other.claims.claim({ ...request, eventId: randomUUID(), digest: 'd2' })).toEqual({
      kind: 'duplicate',
      eventId: request.eventId,
      digest: 'd1',
    });
    expect(await other.claims.find(request.eventId)).toEqual({
      source: 'zendesk',
      receivedAt: request.receivedAt,
      position,
    });
  });

  it('hands a claim whose owner died between claim and complete to the next, once its lease ends', async () => {
    const dead = await ledgers.open();
    const request = aRequest();
    await dead.claims.claim(request);
    await dead.close();
    expect(await one.claims.claim(request)).toEqual({ kind: 'in-flight' });
    ledgers.clock.now += 10_001;
    const heirs = await Promise.all([one.claims.claim(request), other.claims.claim(request)]);
    expect(heirs.map(({ kind }) => kind).toSorted()).toEqual(['in-flight', 'new']);
    await one.claims.complete(request.eventId, position);
    expect(await other.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
  });

  it('frees a released claim at once, and never a completed one', async () => {
    const request = aRequest();
    await one.claims.claim(request);
    await one.claims.release(request.eventId);
    expect(await other.claims.claim(request)).toEqual({ kind: 'new' });
    await other.claims.complete(request.eventId, position);
    await one.claims.release(request.eventId);
    expect(await one.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
  });

  it('remembers a request for the whole window and not beyond', async () => {
    const request = aRequest();
    await one.claims.claim(request);
    await one.claims.complete(request.eventId, position);
    ledgers.clock.now += 72 * 3_600_000;
    expect(await other.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
    ledgers.clock.now += 5 * 86_400_000;
    expect(await other.claims.claim({ ...request, receivedAt: ledgers.clock.now })).toEqual({ kind: 'new' });
  });

  it('tells sources with equal identities apart, and nothing of what it never saw', async () => {
    const request = aRequest();
    await one.claims.claim(request);
    expect(await one.claims.claim({ ...request, source: 'github', eventId: randomUUID() })).toEqual({ kind: 'new' });
    expect(await one.claims.find(randomUUID())).toBeNull();
    expect(await one.claims.find('no uuid \0')).toBeNull();
    expect(await one.claims.find(request.eventId)).toMatchObject({ position: null });
  });

  it('puts many callers into few statements', async () => {
    const metrics = createMetrics();
    const ledger = await ledgers.open({ metrics });
    await Promise.all(Array.from({ length: 2_000 }, () => ledger.claims.claim(aRequest())));
    const text = await metrics.registry.metrics();
    expect(text).toContain('millrace_ledger_batch_rows_sum{kind="claim"} 2000');
    expect(Number(/ledger_statements_total{kind="claim",outcome="ok"} (\d+)/.exec(text)?.[1])).toBeLessThanOrEqual(3);
  });
});

describe('outcomes', () => {
  it('returns the first writer’s bytes to everybody', async () => {
    const key = { stage: 'classify', inputId: randomUUID(), generation: 0 };
    expect(await one.outcomes.find(key)).toBeNull();
    const [mine, theirs] = await Promise.all([
      one.outcomes.record(key, Buffer.from('one')),
      other.outcomes.record(key, Buffer.from('other')),
    ]);
    expect(mine).toEqual(theirs);
    expect(await one.outcomes.record(key, Buffer.from('late'))).toEqual(mine);
    expect(await other.outcomes.find(key)).toEqual(mine);
    expect(await other.outcomes.find({ ...key, generation: 1 })).toBeNull();
  });

  it('keeps every byte value', async () => {
    const key = { stage: 'classify', inputId: randomUUID(), generation: 3 };
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await one.outcomes.record(key, bytes);
    expect(await other.outcomes.find(key)).toEqual(bytes);
  });

  it('finds under an id that Postgres cannot hold what was recorded under it, and nothing else', async () => {
    const id = randomUUID();
    const nul = { stage: 'classify', inputId: `${id}\0`, generation: 0 };
    const half = { ...nul, inputId: `${id}\ud83d` };
    await one.outcomes.record(nul, Buffer.from('nul'));
    expect(await other.outcomes.find(nul)).toEqual(Buffer.from('nul'));
    expect(await other.outcomes.record(nul, Buffer.from('late'))).toEqual(Buffer.from('nul'));
    expect(await other.outcomes.find(half)).toBeNull();
  });

  it('lets a number that Postgres cannot hold harm only its own caller', async () => {
    const good = { stage: 'classify', inputId: randomUUID(), generation: 0 };
    const [kept, refused] = await Promise.allSettled([
      one.outcomes.record(good, Buffer.from('good')),
      one.outcomes.record({ ...good, generation: 1e30 }, Buffer.from('bad')),
    ]);
    expect(kept).toMatchObject({ status: 'fulfilled' });
    expect(refused).toMatchObject({ reason: { code: 'X_LEDGER_DATA', disposition: { kind: 'dead-letter' } } });
  });
});

describe('effects', () => {
  it('are remembered and noted whatever a stranger’s texts hold', async () => {
    const id = `event ${randomUUID()}`;
    expect(await one.effects.begin('triage', id)).toBe('fresh');
    const note = { correlationid: 'c\0', entity: 'tickets', id: 'shop:\0\ud83d', sequence: '1\0', generation: 0 };
    await one.effects.done('triage', id, { detail: 'found \0 and \ud83d', note });
    expect(await other.effects.begin('triage', id)).toBe('done');
  });

  it('is fresh for exactly one of many', async () => {
    const id = randomUUID();
    const states = await Promise.all([one, other, one, other].map(({ effects }) => effects.begin('triage', id)));
    expect(states.toSorted()).toEqual(['fresh', 'in-doubt', 'in-doubt', 'in-doubt']);
    await one.effects.done('triage', id, { detail: 'ticket 7', note: null });
    expect(await other.effects.begin('triage', id)).toBe('done');
    expect(await other.effects.begin('urgent', id)).toBe('fresh');
  });

  it('is in doubt after a crash between effect and done, and fresh again after a release', async () => {
    const id = randomUUID();
    const dead = await ledgers.open();
    await dead.effects.begin('triage', id);
    await dead.close();
    expect(await one.effects.begin('triage', id)).toBe('in-doubt');
    await one.effects.release('triage', id);
    expect(await other.effects.begin('triage', id)).toBe('fresh');
    await other.effects.done('triage', id, { detail: 'x', note: null });
    await one.effects.release('triage', id);
    expect(await one.effects.begin('triage', id)).toBe('done');
  });
});

describe('deliveries', () => {
  it('has one row for each effect that is done, however often that is said', async () => {
    const noting = await ledgers.open({ schema: 'sink_writers', deliveriesIn: 'public' });
    const twin = await ledgers.open({ schema: 'sink_writers', deliveriesIn: 'public' });
    const id = randomUUID();
    const note = { correlationid: 'c-1', entity: 'tickets', id: 'zendesk:7', sequence: '0001', generation: 0 };
    await noting.effects.begin('tickets.triage', id);
    await Promise.all(
      [noting, twin, noting].map(({ effects }) => effects.done('tickets.triage', id, { detail: 'ticket 7', note })),
    );
    await twin.effects.done('tickets.triage', id, { detail: 'ticket 7', note });
    const reader = connectDatabase({
      url: database.url,
      histories: [],
      logger: createLogger({ service: 'test', level: 'silent' }),
      applicationName: 'test',
    });
    const rows = await reader.query('SELECT route, event_id, correlation_id, entity, id, sequence FROM deliveries');
    await reader.close();
    expect(rows).toEqual([
      {
        route: 'tickets.triage',
        event_id: id,
        correlation_id: 'c-1',
        entity: 'tickets',
        id: 'zendesk:7',
        sequence: '0001',
      },
    ]);
  });
});

describe('bodies', () => {
  it('gives back what was put, to every service, under one reference per content', async () => {
    const bytes = Buffer.alloc(2_000_000, 'é');
    const ref = await one.bodies.put(bytes, null);
    expect(await other.bodies.put(bytes, null)).toBe(ref);
    const enricher = await ledgers.open({ schema: 'enricher' });
    expect((await enricher.bodies.get(ref))?.equals(bytes)).toBe(true);
    await expect(one.bodies.get('sha256:0')).rejects.toMatchObject({
      code: 'X_LEDGER_BODY_UNKNOWN',
      disposition: { kind: 'dead-letter' },
    });
  });
});

describe('what must not stay', () => {
  it('is erased by the key of its records, everywhere, and known to have been', async () => {
    const enricher = await ledgers.open({ schema: 'enricher' });
    const [own, shared, another, itself] = ['own', 'shared', 'another', 'itself'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const ref = await one.bodies.put(own, 'zendesk:1');
    const both = await one.bodies.put(shared, 'zendesk:1');
    await one.bodies.put(shared, 'zendesk:2');
    const other = await one.bodies.put(another, 'zendesk:2');
    const saying = await one.bodies.put(itself, 'zendesk:1');
    await enricher.bodies.erase('zendesk:1', saying);
    expect(await one.bodies.get(ref)).toBeNull();
    expect(await one.bodies.get(both)).toEqual(shared);
    expect(await one.bodies.get(other)).toEqual(another);
    expect(await one.bodies.get(saying)).toEqual(itself);
    expect(await counted(`SELECT count(*) FROM claim_checks.bodies WHERE bytes = 'own'`)).toBe(0);
    // Another event with the very same content is none of what was erased.
    await one.bodies.put(own, 'zendesk:3');
    expect(await enricher.bodies.get(ref)).toEqual(own);
    await enricher.bodies.erase('zendesk:2', null);
    expect(await one.bodies.get(both)).toBeNull();
  });

  it('goes with the bodies that are pruned', async () => {
    const ledger = await ledgers.open({ schema: 'keyed', bodyKeepMs: 1_000 });
    await ledger.bodies.put(Buffer.from(randomUUID()), 'zendesk:pruned');
    ledgers.clock.now += 200 * 86_400_000;
    await ledger.prune();
    expect(await counted('SELECT count(*) FROM claim_checks.bodies')).toBe(0);
    expect(await counted('SELECT count(*) FROM claim_checks.body_keys')).toBe(0);
  });

  it('is erased of the outcomes of one stage and one key, which then are neither emitted nor made again', async () => {
    const key = (inputId: string, recordKey: string, stage = 'classify') => ({
      stage,
      inputId,
      generation: 0,
      recordKey,
    });
    const kept = [key('b', 'zendesk:2'), key('a', 'zendesk:1', 'classify.other'), key('c', '')];
    for (const each of [key('a', 'zendesk:1'), ...kept]) await one.outcomes.record(each, Buffer.from('Ana'));
    await other.outcomes.erase('classify', 'zendesk:1');
    expect(await one.outcomes.find(key('a', 'zendesk:1'))).toEqual(Buffer.alloc(0));
    expect(await one.outcomes.record(key('a', 'zendesk:1'), Buffer.from('Ana'))).toEqual(Buffer.alloc(0));
    for (const each of kept) expect(await one.outcomes.find(each)).toEqual(Buffer.from('Ana'));
  });

  it('is found at its destinations by route and key, as far as it may have to be erased', async () => {
    const note = (id: string) => ({ correlationid: 'c', entity: 'tickets', id, sequence: '1', generation: 0 });
    const deliver = (id: string, key: string, isErasable: boolean) =>
      one.effects.done('tickets.urgent', id, { detail: `slack ${id}`, note: note(key), isErasable });
    await deliver('m1', 'zendesk:1', true);
    ledgers.clock.now += 1;
    await deliver('m2', 'zendesk:1', true);
    await deliver('m3', 'zendesk:2', true);
    await deliver('m4', 'zendesk:1', false);
    expect(await other.effects.written('tickets.urgent', 'zendesk:1')).toEqual(['slack m1', 'slack m2']);
    expect(await other.effects.written('tickets.triage', 'zendesk:1')).toEqual([]);
  });
});

describe('what is kept', () => {
  const day = 86_400_000;

  it('keeps a body for as long as its first service said, whatever another would keep', async () => {
    const gateway = await ledgers.open({ schema: 'long', bodyKeepMs: 97 * day });
    const enricher = await ledgers.open({ schema: 'short', bodyKeepMs: 1_000 });
    const ref = await gateway.bodies.put(Buffer.from(randomUUID()), null);
    ledgers.clock.now += 46 * day;
    await enricher.prune();
    expect(await gateway.bodies.get(ref)).toBeInstanceOf(Buffer);
  });

  it('keeps a body that is read for as long again: a record that was tried goes on to further topics', async () => {
    const ledger = await ledgers.open({ schema: 'renewing' });
    const ref = await ledger.bodies.put(Buffer.from(randomUUID()), null);
    const forgotten = await ledger.bodies.put(Buffer.from(randomUUID()), null);
    // Last tried from the lane, then dead-lettered and redriven again.
    ledgers.clock.now += 67 * day;
    await ledger.bodies.get(ref);
    ledgers.clock.now += 60 * day;
    await ledger.prune();
    expect(await ledger.bodies.get(ref)).toBeInstanceOf(Buffer);
    await expect(ledger.bodies.get(forgotten)).rejects.toMatchObject({ code: 'X_LEDGER_BODY_UNKNOWN' });
  });

  it('knows an effect in doubt for as long as its record may come back, from each time that it came', async () => {
    const ledger = await ledgers.open({ schema: 'doubtful' });
    const id = randomUUID();
    await ledger.effects.begin('r', id);
    for (let redrive = 0; redrive < 3; redrive += 1) {
      ledgers.clock.now += 90 * day;
      await ledger.prune();
      expect(await ledger.effects.begin('r', id)).toBe('in-doubt');
    }
    ledgers.clock.now += 98 * day;
    await ledger.prune();
    expect(await ledger.effects.begin('r', id)).toBe('fresh');
  });

  it('keeps every delivery for good, or as long as it is told', async () => {
    const note = { correlationid: 'c', entity: 'tickets', id: 'zendesk:9', sequence: '1', generation: 0 };
    const always = await ledgers.open({ schema: 'noting', deliveriesIn: 'public' });
    const deliver = (id: string) => always.effects.done('tickets.kept', id, { detail: 'd', note });
    const kept = () => counted(`SELECT count(*) FROM deliveries WHERE route = 'tickets.kept'`);
    await deliver('one');
    // The column is stamped by Postgres, so the ledger's clock is what moves on.
    const later = { schema: 'noting', deliveriesIn: 'public', now: () => Date.now() + 400 * day };
    await (await ledgers.open(later)).prune();
    expect(await kept()).toBe(1);
    await (await ledgers.open({ ...later, deliveriesKeepMs: 401 * day })).prune();
    expect(await kept()).toBe(1);
    await (await ledgers.open({ ...later, deliveriesKeepMs: 399 * day })).prune();
    expect(await kept()).toBe(0);
  });
});

async function counted(text: string): Promise<number> {
  const reader = connectDatabase({
    url: database.url,
    histories: [],
    logger: createLogger({ service: 'test', level: 'silent' }),
    applicationName: 'test',
  });
  const [row] = await reader.query<{ count: string }>(text);
  await reader.close();
  return Number(row?.count);
}

describe('prune', () => {
  it('removes what is older than its window and nothing else', async () => {
    const keepMs = 1_000;
    const ledger = await ledgers.open({
      schema: 'pruned',
      claimKeepMs: keepMs,
      effectKeepMs: keepMs,
      bodyKeepMs: keepMs,
    });
    const [old, young] = [aRequest(), aRequest()];
    await Promise.all(Array.from({ length: 6_000 }, () => ledger.claims.claim(aRequest())));
    await ledger.claims.claim(old);
    await ledger.effects.begin('r', 'old');
    await ledger.effects.settle('r', 'old', { key: 'old', sequence: '0002', generation: 0 });
    await ledger.effects.begin('r', 'old');
    ledgers.clock.now += keepMs + 1;
    await ledger.claims.claim({ ...young, receivedAt: ledgers.clock.now });
    await ledger.effects.begin('r', 'young');
    expect(await ledger.prune()).toBeGreaterThanOrEqual(6_002);
    expect(await ledger.claims.find(old.eventId)).toBeNull();
    expect(await ledger.claims.find(young.eventId)).not.toBeNull();
    expect(await ledger.effects.begin('r', 'old')).toBe('fresh');
    expect(await ledger.effects.begin('r', 'young')).toBe('in-doubt');
    expect(await ledger.prune()).toBe(0);
  });
});

describe('access', () => {
  it('halts on a wrong password, says so, and shows no secret', async () => {
    const wrong = new URL(database.url);
    wrong.password = 'hunter2';
    const ledger = await ledgers.open({ url: wrong.href });
    const error = await ledger.claims.claim(aRequest()).catch((failure: Error) => failure);
    expect(error).toMatchObject({ code: 'X_LEDGER_ACCESS', disposition: { kind: 'halt' } });
    expect(String(error)).not.toContain('hunter2');
    expect(ledger.readiness().ok).toBe(false);
  });

  it('runs the migrations again when the database was replaced under it', async () => {
    const ledger = await ledgers.open({ schema: 'replaced' });
    await ledger.effects.begin('r', 'e');
    const admin = connectDatabase({
      url: database.url,
      histories: [],
      applicationName: 'test',
      logger: { info: () => {}, warn: () => {} } as never,
    });
    await admin.query('DROP SCHEMA replaced CASCADE');
    await admin.close();
    await expect(ledger.effects.begin('r', 'e')).rejects.toMatchObject({ unavailable: true });
    expect(await ledger.effects.begin('r', 'e')).toBe('fresh');
  });
});
