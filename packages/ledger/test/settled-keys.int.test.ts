import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLogger, createMetrics } from '@millrace/service';
import { connectDatabase } from '../src/postgres.ts';
import { ledgersOfFile } from './support/ledgers-of-file.ts';

const here = ledgersOfFile();

describe('settled keys', () => {
  const place = (key: string, sequence: string, generation = 0) => ({ key, sequence, generation });
  const noteOf = ({ key, ...rest }: ReturnType<typeof place>) => ({
    ...{ correlationid: 'c-1', entity: 'tickets', id: key },
    ...rest,
  });
  const deliver = async (route: string, at: ReturnType<typeof place>): Promise<void> => {
    const id = randomUUID();
    expect(await here.one.effects.begin(route, id, at)).toBe('fresh');
    await here.one.effects.done(route, id, { detail: 'there', note: noteOf(at) });
  };

  it.each([
    ['was written', deliver],
    [
      'wrote nothing',
      (route: string, at: ReturnType<typeof place>) => here.one.effects.settle(route, randomUUID(), at),
    ],
  ] as const)('keep an older event out after a newer one of its key %s, in every process', async (_, settle) => {
    const key = randomUUID();
    await settle('triage', place(key, '0002'));
    expect(await here.other.effects.begin('triage', randomUUID(), place(key, '0001'))).toBe('superseded');
    expect(await here.other.effects.begin('triage', randomUUID(), place(key, '0001', 9))).toBe('superseded');
    expect(await here.other.effects.isSuperseded('triage', place(key, '0001'))).toBe(true);
    expect(await here.other.effects.begin('triage', randomUUID(), place(key, '0002'))).toBe('fresh');
    expect(await here.other.effects.begin('triage', randomUUID(), place(key, '0002', 1))).toBe('fresh');
    expect(await here.other.effects.isSuperseded('triage', place(key, '0002'))).toBe(false);
  });

  it('belong to one route and one key, and to none where no order is declared', async () => {
    const key = randomUUID();
    await here.one.effects.settle('triage', randomUUID(), place(key, '0009'));
    expect(await here.one.effects.begin('urgent', randomUUID(), place(key, '0001'))).toBe('fresh');
    expect(await here.one.effects.begin('triage', randomUUID(), place(`${key}0`, '0001'))).toBe('fresh');
    expect(await here.one.effects.begin('triage', randomUUID(), null)).toBe('fresh');
    const unordered = { ...noteOf(place('', '0009')), entity: 'messages' };
    await here.one.effects.done('log', randomUUID(), { detail: 'there', note: unordered });
    expect(await here.one.effects.begin('log', randomUUID(), place('', '0001'))).toBe('fresh');
  });

  it('never go back, in whatever order their events are settled, several of one key at once included', async () => {
    const key = randomUUID();
    const order = ['0003', '0001', '0007', '0002', '0005'];
    await Promise.all(
      order.map((sequence, at) =>
        (at % 2 === 0 ? here.one : here.other).effects.settle('triage', randomUUID(), place(key, sequence)),
      ),
    );
    await here.one.effects.settle('triage', randomUUID(), place(key, '0004'));
    expect(await here.one.effects.isSuperseded('triage', place(key, '0006', 5))).toBe(true);
    expect(await here.one.effects.isSuperseded('triage', place(key, '0007'))).toBe(false);
  });

  it('say of what was begun before what became of it, however old it is', async () => {
    const key = randomUUID();
    const [written, unknown, released] = [randomUUID(), randomUUID(), randomUUID()];
    for (const id of [written, unknown, released]) await here.one.effects.begin('triage', id, place(key, '0001'));
    await here.one.effects.done('triage', written, { detail: 'there', note: noteOf(place(key, '0001')) });
    await here.one.effects.settle('triage', released, place(key, '0002'));
    const states = [written, unknown, released].map((id) => here.other.effects.begin('triage', id, place(key, '0001')));
    expect(await Promise.all(states)).toEqual(['done', 'in-doubt', 'superseded']);
  });

  it('do not count what failed', async () => {
    const key = randomUUID();
    const newer = randomUUID();
    await here.one.effects.begin('triage', newer, place(key, '0002'));
    await here.one.effects.release('triage', newer);
    expect(await here.one.effects.begin('triage', randomUUID(), place(key, '0001'))).toBe('fresh');
  });

  it('take keys of any length and content, and keep no name of anybody', async () => {
    const key = `zendesk:ana@example.com\u0000${'x'.repeat(20_000)}`;
    await here.one.effects.settle('triage', randomUUID(), place(key, '0002'));
    expect(await here.other.effects.isSuperseded('triage', place(key, '0001'))).toBe(true);
    const reader = connectDatabase({
      url: here.url,
      histories: [],
      logger: createLogger({ service: 'test', level: 'silent' }),
      applicationName: 'test',
    });
    const rows = await reader.query<{ key: string }>(
      'SELECT settled_keys::text AS key FROM ingest_gateway.settled_keys',
    );
    await reader.close();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ key: stored }) => stored.includes('ana@'))).toEqual([]);
  });

  it('cost one statement for many callers', async () => {
    const metrics = createMetrics();
    const counted = await here.open({ schema: 'counted', metrics });
    const ids = Array.from({ length: 200 }, () => randomUUID());
    await Promise.all(ids.map((id) => counted.effects.begin('triage', id, place(id, '0001'))));
    await Promise.all(ids.map((id) => counted.effects.settle('triage', id, place(id, '0001'))));
    const exposition = await metrics.registry.metrics();
    const counts = [...exposition.matchAll(/ledger_statements_total\{[^}]*outcome="ok"[^}]*\} (\d+)/g)];
    const sum = counts.reduce((total, [, count]) => total + Number(count), 0);
    expect(sum).toBeLessThanOrEqual(4);
  });
});
