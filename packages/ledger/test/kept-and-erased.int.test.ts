import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@millrace/service';
import { connectDatabase } from '../src/postgres.ts';
import { ledgersOfFile } from './support/ledgers-of-file.ts';

const here = ledgersOfFile();

describe('what must not stay', () => {
  it('is erased by the key of its records, everywhere, and known to have been', async () => {
    const enricher = await here.open({ schema: 'enricher' });
    const [own, shared, another, itself] = ['own', 'shared', 'another', 'itself'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const ref = await here.one.bodies.put(own, 'zendesk:1');
    const both = await here.one.bodies.put(shared, 'zendesk:1');
    await here.one.bodies.put(shared, 'zendesk:2');
    const otherRef = await here.one.bodies.put(another, 'zendesk:2');
    const saying = await here.one.bodies.put(itself, 'zendesk:1');
    await enricher.bodies.erase('zendesk:1', saying);
    expect(await here.one.bodies.get(ref)).toBeNull();
    expect(await here.one.bodies.get(both)).toEqual(shared);
    expect(await here.one.bodies.get(otherRef)).toEqual(another);
    expect(await here.one.bodies.get(saying)).toEqual(itself);
    expect(await counted(`SELECT count(*) FROM claim_checks.bodies WHERE bytes = 'own'`)).toBe(0);
    // Another event with the very same content is none of what was erased.
    await here.one.bodies.put(own, 'zendesk:3');
    expect(await enricher.bodies.get(ref)).toEqual(own);
    await enricher.bodies.erase('zendesk:2', null);
    expect(await here.one.bodies.get(both)).toBeNull();
  });

  it('goes with the bodies that are pruned', async () => {
    const ledger = await here.open({ schema: 'keyed', bodyKeepMs: 1_000 });
    await ledger.bodies.put(Buffer.from(randomUUID()), 'zendesk:pruned');
    here.clock.now += 200 * 86_400_000;
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
    for (const each of [key('a', 'zendesk:1'), ...kept]) await here.one.outcomes.record(each, Buffer.from('Ana'));
    await here.other.outcomes.erase('classify', 'zendesk:1');
    expect(await here.one.outcomes.find(key('a', 'zendesk:1'))).toEqual(Buffer.alloc(0));
    expect(await here.one.outcomes.record(key('a', 'zendesk:1'), Buffer.from('Ana'))).toEqual(Buffer.alloc(0));
    for (const each of kept) expect(await here.one.outcomes.find(each)).toEqual(Buffer.from('Ana'));
  });

  it('is found at its destinations by route and key, as far as it may have to be erased', async () => {
    const note = (id: string) => ({ correlationid: 'c', entity: 'tickets', id, sequence: '1', generation: 0 });
    const deliver = (id: string, key: string, isErasable: boolean) =>
      here.one.effects.done('tickets.urgent', id, { detail: `slack ${id}`, note: note(key), isErasable });
    await deliver('m1', 'zendesk:1', true);
    here.clock.now += 1;
    await deliver('m2', 'zendesk:1', true);
    await deliver('m3', 'zendesk:2', true);
    await deliver('m4', 'zendesk:1', false);
    expect(await here.other.effects.written('tickets.urgent', 'zendesk:1')).toEqual(['slack m1', 'slack m2']);
    expect(await here.other.effects.written('tickets.triage', 'zendesk:1')).toEqual([]);
  });
});

describe('what is kept', () => {
  const day = 86_400_000;

  it('keeps a body for as long as its first service said, whatever another would keep', async () => {
    const gateway = await here.open({ schema: 'long', bodyKeepMs: 97 * day });
    const enricher = await here.open({ schema: 'short', bodyKeepMs: 1_000 });
    const ref = await gateway.bodies.put(Buffer.from(randomUUID()), null);
    here.clock.now += 46 * day;
    await enricher.prune();
    expect(await gateway.bodies.get(ref)).toBeInstanceOf(Buffer);
  });

  it('keeps a body that is read for as long again: a record that was tried goes on to further topics', async () => {
    const ledger = await here.open({ schema: 'renewing' });
    const ref = await ledger.bodies.put(Buffer.from(randomUUID()), null);
    const forgotten = await ledger.bodies.put(Buffer.from(randomUUID()), null);
    // Last tried from the lane, then dead-lettered and redriven again.
    here.clock.now += 67 * day;
    await ledger.bodies.get(ref);
    here.clock.now += 60 * day;
    await ledger.prune();
    expect(await ledger.bodies.get(ref)).toBeInstanceOf(Buffer);
    await expect(ledger.bodies.get(forgotten)).rejects.toMatchObject({ code: 'X_LEDGER_BODY_UNKNOWN' });
  });

  it('knows an effect in doubt for as long as its record may come back, from each time that it came', async () => {
    const ledger = await here.open({ schema: 'doubtful' });
    const id = randomUUID();
    await ledger.effects.begin('r', id);
    for (let redrive = 0; redrive < 3; redrive += 1) {
      here.clock.now += 90 * day;
      await ledger.prune();
      expect(await ledger.effects.begin('r', id)).toBe('in-doubt');
    }
    here.clock.now += 98 * day;
    await ledger.prune();
    expect(await ledger.effects.begin('r', id)).toBe('fresh');
  });

  it('keeps every delivery for good, or as long as it is told', async () => {
    const note = { correlationid: 'c', entity: 'tickets', id: 'zendesk:9', sequence: '1', generation: 0 };
    const always = await here.open({ schema: 'noting', deliveriesIn: 'public' });
    const deliver = (id: string) => always.effects.done('tickets.kept', id, { detail: 'd', note });
    const kept = () => counted(`SELECT count(*) FROM deliveries WHERE route = 'tickets.kept'`);
    await deliver('one');
    // The column is stamped by Postgres, so the ledger's clock is what moves on.
    const later = { schema: 'noting', deliveriesIn: 'public', now: () => Date.now() + 400 * day };
    await (await here.open(later)).prune();
    expect(await kept()).toBe(1);
    await (await here.open({ ...later, deliveriesKeepMs: 401 * day })).prune();
    expect(await kept()).toBe(1);
    await (await here.open({ ...later, deliveriesKeepMs: 399 * day })).prune();
    expect(await kept()).toBe(0);
  });
});

async function counted(text: string): Promise<number> {
  const reader = connectDatabase({
    url: here.url,
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
    const ledger = await here.open({
      schema: 'pruned',
      claimKeepMs: keepMs,
      effectKeepMs: keepMs,
      bodyKeepMs: keepMs,
    });
    const [old, young] = [here.aRequest(), here.aRequest()];
    await Promise.all(Array.from({ length: 6_000 }, () => ledger.claims.claim(here.aRequest())));
    await ledger.claims.claim(old);
    await ledger.effects.begin('r', 'old');
    await ledger.effects.settle('r', 'old', { key: 'old', sequence: '0002', generation: 0 });
    await ledger.effects.begin('r', 'old');
    here.clock.now += keepMs + 1;
    await ledger.claims.claim({ ...young, receivedAt: here.clock.now });
    await ledger.effects.begin('r', 'young');
    expect(await ledger.prune()).toBeGreaterThanOrEqual(6_002);
    expect(await ledger.claims.find(old.eventId)).toBeNull();
    expect(await ledger.claims.find(young.eventId)).not.toBeNull();
    expect(await ledger.effects.begin('r', 'old')).toBe('fresh');
    expect(await ledger.effects.begin('r', 'young')).toBe('in-doubt');
    expect(await ledger.prune()).toBe(0);
  });
});
