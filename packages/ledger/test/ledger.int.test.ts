import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLogger, createMetrics } from '@millrace/service';
import { connectDatabase } from '../src/postgres.ts';
import { ledgersOfFile } from './support/ledgers-of-file.ts';

const here = ledgersOfFile();

const position = { topic: 'webhooks.received.v1', partition: 2, offset: 41 };

describe('claims', () => {
  it('gives each request to exactly one of its racing twins, also across processes', async () => {
    const requests = Array.from({ length: 100 }, () => here.aRequest());
    const twins = requests.flatMap((request) =>
      [here.one, here.other, here.one, here.other, here.other].map((ledger) => ledger.claims.claim(request)),
    );
    const results = await Promise.all(twins);
    expect(results.filter(({ kind }) => kind === 'new')).toHaveLength(100);
    expect(results.filter(({ kind }) => kind === 'in-flight')).toHaveLength(400);
  });

  it('answers a completed request as a duplicate with its first id and digest', async () => {
    const request = { ...here.aRequest(), digest: 'd1' };
    expect(await here.one.claims.claim(request)).toEqual({ kind: 'new' });
    await here.one.claims.complete(request.eventId, position);
    expect(await here.other.claims.claim({ ...request, eventId: randomUUID(), digest: 'd2' })).toEqual({
      kind: 'duplicate',
      eventId: request.eventId,
      digest: 'd1',
    });
    expect(await here.other.claims.find(request.eventId)).toEqual({
      source: 'zendesk',
      receivedAt: request.receivedAt,
      position,
    });
  });

  it('hands a claim whose owner died between claim and complete to the next, once its lease ends', async () => {
    const dead = await here.open();
    const request = here.aRequest();
    await dead.claims.claim(request);
    await dead.close();
    expect(await here.one.claims.claim(request)).toEqual({ kind: 'in-flight' });
    here.clock.now += 10_001;
    const heirs = await Promise.all([here.one.claims.claim(request), here.other.claims.claim(request)]);
    expect(heirs.map(({ kind }) => kind).toSorted()).toEqual(['in-flight', 'new']);
    await here.one.claims.complete(request.eventId, position);
    expect(await here.other.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
  });

  it('frees a released claim at once, and never a completed one', async () => {
    const request = here.aRequest();
    await here.one.claims.claim(request);
    await here.one.claims.release(request.eventId);
    expect(await here.other.claims.claim(request)).toEqual({ kind: 'new' });
    await here.other.claims.complete(request.eventId, position);
    await here.one.claims.release(request.eventId);
    expect(await here.one.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
  });

  it('remembers a request for the whole window and not beyond', async () => {
    const request = here.aRequest();
    await here.one.claims.claim(request);
    await here.one.claims.complete(request.eventId, position);
    here.clock.now += 72 * 3_600_000;
    expect(await here.other.claims.claim(request)).toMatchObject({ kind: 'duplicate' });
    here.clock.now += 5 * 86_400_000;
    expect(await here.other.claims.claim({ ...request, receivedAt: here.clock.now })).toEqual({ kind: 'new' });
  });

  it('tells sources with equal identities apart, and nothing of what it never saw', async () => {
    const request = here.aRequest();
    await here.one.claims.claim(request);
    expect(await here.one.claims.claim({ ...request, source: 'github', eventId: randomUUID() })).toEqual({
      kind: 'new',
    });
    expect(await here.one.claims.find(randomUUID())).toBeNull();
    expect(await here.one.claims.find('no uuid \0')).toBeNull();
    expect(await here.one.claims.find(request.eventId)).toMatchObject({ position: null });
  });

  it('puts many callers into few statements', async () => {
    const metrics = createMetrics();
    const ledger = await here.open({ metrics });
    await Promise.all(Array.from({ length: 2_000 }, () => ledger.claims.claim(here.aRequest())));
    const text = await metrics.registry.metrics();
    expect(text).toContain('millrace_ledger_batch_rows_sum{kind="claim"} 2000');
    expect(Number(/ledger_statements_total{kind="claim",outcome="ok"} (\d+)/.exec(text)?.[1])).toBeLessThanOrEqual(3);
  });
});

describe('outcomes', () => {
  it('returns the first writer’s bytes to everybody', async () => {
    const key = { stage: 'classify', inputId: randomUUID(), generation: 0 };
    expect(await here.one.outcomes.find(key)).toBeNull();
    const [mine, theirs] = await Promise.all([
      here.one.outcomes.record(key, Buffer.from('one')),
      here.other.outcomes.record(key, Buffer.from('other')),
    ]);
    expect(mine).toEqual(theirs);
    expect(await here.one.outcomes.record(key, Buffer.from('late'))).toEqual(mine);
    expect(await here.other.outcomes.find(key)).toEqual(mine);
    expect(await here.other.outcomes.find({ ...key, generation: 1 })).toBeNull();
  });

  it('keeps every byte value', async () => {
    const key = { stage: 'classify', inputId: randomUUID(), generation: 3 };
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    await here.one.outcomes.record(key, bytes);
    expect(await here.other.outcomes.find(key)).toEqual(bytes);
  });

  it('finds under an id that Postgres cannot hold what was recorded under it, and nothing else', async () => {
    const id = randomUUID();
    const nul = { stage: 'classify', inputId: `${id}\0`, generation: 0 };
    const half = { ...nul, inputId: `${id}\ud83d` };
    await here.one.outcomes.record(nul, Buffer.from('nul'));
    expect(await here.other.outcomes.find(nul)).toEqual(Buffer.from('nul'));
    expect(await here.other.outcomes.record(nul, Buffer.from('late'))).toEqual(Buffer.from('nul'));
    expect(await here.other.outcomes.find(half)).toBeNull();
  });

  it('lets a number that Postgres cannot hold harm only its own caller', async () => {
    const good = { stage: 'classify', inputId: randomUUID(), generation: 0 };
    const [kept, refused] = await Promise.allSettled([
      here.one.outcomes.record(good, Buffer.from('good')),
      here.one.outcomes.record({ ...good, generation: 1e30 }, Buffer.from('bad')),
    ]);
    expect(kept).toMatchObject({ status: 'fulfilled' });
    expect(refused).toMatchObject({ reason: { code: 'X_LEDGER_DATA', disposition: { kind: 'dead-letter' } } });
  });
});

describe('effects', () => {
  it('are remembered and noted whatever a stranger’s texts hold', async () => {
    const id = `event ${randomUUID()}`;
    expect(await here.one.effects.begin('triage', id)).toBe('fresh');
    const note = { correlationid: 'c\0', entity: 'tickets', id: 'shop:\0\ud83d', sequence: '1\0', generation: 0 };
    await here.one.effects.done('triage', id, { detail: 'found \0 and \ud83d', note });
    expect(await here.other.effects.begin('triage', id)).toBe('done');
  });

  it('is fresh for exactly one of many', async () => {
    const id = randomUUID();
    const states = await Promise.all(
      [here.one, here.other, here.one, here.other].map(({ effects }) => effects.begin('triage', id)),
    );
    expect(states.toSorted()).toEqual(['fresh', 'in-doubt', 'in-doubt', 'in-doubt']);
    await here.one.effects.done('triage', id, { detail: 'ticket 7', note: null });
    expect(await here.other.effects.begin('triage', id)).toBe('done');
    expect(await here.other.effects.begin('urgent', id)).toBe('fresh');
  });

  it('is in doubt after a crash between effect and done, and fresh again after a release', async () => {
    const id = randomUUID();
    const dead = await here.open();
    await dead.effects.begin('triage', id);
    await dead.close();
    expect(await here.one.effects.begin('triage', id)).toBe('in-doubt');
    await here.one.effects.release('triage', id);
    expect(await here.other.effects.begin('triage', id)).toBe('fresh');
    await here.other.effects.done('triage', id, { detail: 'x', note: null });
    await here.one.effects.release('triage', id);
    expect(await here.one.effects.begin('triage', id)).toBe('done');
  });
});

describe('deliveries', () => {
  it('has one row for each effect that is done, however often that is said', async () => {
    const noting = await here.open({ schema: 'sink_writers', deliveriesIn: 'public' });
    const twin = await here.open({ schema: 'sink_writers', deliveriesIn: 'public' });
    const id = randomUUID();
    const note = { correlationid: 'c-1', entity: 'tickets', id: 'zendesk:7', sequence: '0001', generation: 0 };
    await noting.effects.begin('tickets.triage', id);
    await Promise.all(
      [noting, twin, noting].map(({ effects }) => effects.done('tickets.triage', id, { detail: 'ticket 7', note })),
    );
    await twin.effects.done('tickets.triage', id, { detail: 'ticket 7', note });
    const reader = connectDatabase({
      url: here.url,
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
    const ref = await here.one.bodies.put(bytes, null);
    expect(await here.other.bodies.put(bytes, null)).toBe(ref);
    const enricher = await here.open({ schema: 'enricher' });
    expect((await enricher.bodies.get(ref))?.equals(bytes)).toBe(true);
    await expect(here.one.bodies.get('sha256:0')).rejects.toMatchObject({
      code: 'X_LEDGER_BODY_UNKNOWN',
      disposition: { kind: 'dead-letter' },
    });
  });
});

describe('access', () => {
  it('halts on a wrong password, says so, and shows no secret', async () => {
    const wrong = new URL(here.url);
    wrong.password = 'hunter2';
    const ledger = await here.open({ url: wrong.href });
    const error = await ledger.claims.claim(here.aRequest()).catch((failure: Error) => failure);
    expect(error).toMatchObject({ code: 'X_LEDGER_ACCESS', disposition: { kind: 'halt' } });
    expect(String(error)).not.toContain('hunter2');
    expect(ledger.readiness().ok).toBe(false);
  });

  it('runs the migrations again when the database was replaced under it', async () => {
    const ledger = await here.open({ schema: 'replaced' });
    await ledger.effects.begin('r', 'e');
    const admin = connectDatabase({
      url: here.url,
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
