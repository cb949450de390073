import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '@millrace/embedded/testing';
import { isCodedError } from '@millrace/messaging';
import pg from 'pg';
import type { Sink, SinkResult } from '../../../src/kit/sink.ts';
import { postgresSink } from '../../../src/vendors/postgres/sink.ts';
import { aContext, accepted, aDelivery, never } from '../../kit/sink/a-delivery.ts';

let database: TestDatabase;
let reader: pg.Pool;
const opened: Sink[] = [];
let tables = 0;

beforeAll(async () => {
  database = await testDatabase();
  reader = new pg.Pool({ connectionString: database.url, max: 2 });
  reader.on('error', () => undefined);
});

afterAll(async () => {
  await Promise.all(opened.map((sink) => sink.close()));
  await reader.end();
  await database.drop();
});

function aSink(settings: object = {}, url = database.url): Sink {
  const sink = postgresSink.open({ url, table: 'tickets', ...settings }, aContext([]));
  opened.push(sink);
  return sink;
}

function aTable(): string {
  tables += 1;
  return `tickets_${tables}`;
}

const rows = async (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
  (await reader.query<Record<string, unknown>>(text, values)).rows;
const applied = async (event: string): Promise<number> =>
  (await rows('select 1 from deliveries where event_id = $1', event)).length;

describe('postgres sink', () => {
  it('makes the table from the schema and writes a row that holds the ticket', async () => {
    const table = aTable();
    const result = await aSink({ table }).write(aDelivery({ event: 'first' }), never);
    expect(result).toEqual({ outcome: 'delivered', destination: `postgres public.${table} zendesk:35436` });
    const [row] = await rows(`select * from ${table}`);
    expect(row).toMatchObject({
      id: 'zendesk:35436',
      event_id: 'first',
      vendor_id: '35436',
      subject: 'Where is my card?',
      tags: ['web'],
      requester: { emailDomain: 'example.com' },
      created_at: new Date(1_789_999_000_000),
      received_at: new Date(1_790_000_000_000),
      delivered_at: expect.any(Date),
      judgements: { category: { label: 'cards', confidence: 0.93 } },
    });
  });

  it('applies an event once, whoever writes it again and when', async () => {
    const table = aTable();
    const [one, other] = [aSink({ table }), aSink({ table })];
    const delivery = aDelivery({ event: 'repeated', ticket: '1' });
    const results = await Promise.all([
      one.write(delivery, never),
      other.write(delivery, never),
      one.write(delivery, never),
    ]);
    await rows(`delete from ${table}`);
    results.push(await other.write(delivery, never));
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill('delivered'));
    expect(await applied('repeated')).toBe(1);
    expect(await rows(`select id from ${table}`)).toEqual([]);
  });

  it('keeps the newest, in whatever order the events come', async () => {
    const sink = aSink({ table: aTable() });
    const write = async (event: string, at: number, generation = 0): Promise<string> =>
      (await sink.write(aDelivery({ event, at, generation, ticket: '2' }), never)).outcome;
    expect(await write('second', 20)).toBe('delivered');
    expect(await write('older', 10)).toBe('superseded');
    expect(await write('replayed', 20, 1)).toBe('delivered');
    expect(await write('older again', 10, 9)).toBe('superseded');
    expect(await write('newest', 30)).toBe('delivered');
    expect(await Promise.all(['second', 'older', 'replayed', 'older again', 'newest'].map(applied))).toEqual([
      1, 0, 1, 0, 1,
    ]);
    // What lost once has lost for good, and says the same when it comes again.
    expect(await write('older', 10)).toBe('superseded');
  });

  it('compares sequences bytewise, whatever the collation of the database', async () => {
    const table = aTable();
    await aSink({ table }).write(aDelivery(), never);
    const [column] = await rows(
      "select collation_name from information_schema.columns where table_name = $1 and column_name = 'sequence'",
      table,
    );
    expect(column?.['collation_name']).toBe('C');
  });

  it('writes a batch in one statement', async () => {
    const table = aTable();
    const sink = aSink({ table });
    const deliveries = Array.from({ length: 2_000 }, (_, at) =>
      aDelivery({ event: `many-${at}`, ticket: String(10_000 + at) }),
    );
    const results = await sink.writeBatch?.(deliveries, never);
    expect(results?.map((result) => !isCodedError(result) && result.outcome)).toEqual(
      deliveries.map(() => 'delivered'),
    );
    const [statements] = await rows(`select count(distinct xmin::text)::int as count from ${table}`);
    expect(statements?.['count']).toBe(1);
  });

  it('answers of a batch the row that its map does not fit, and writes the others', async () => {
    const table = aTable();
    const sink = aSink({ table });
    const deliveries = [1, 2, 3].map((at) =>
      aDelivery({ event: `misfit-${at}`, ticket: String(at), ...(at === 2 ? { mapped: { elsewhere: 1 } } : {}) }),
    );
    const answers = await sink.writeBatch?.(deliveries, never);
    expect(answers).toMatchObject([{ outcome: 'delivered' }, { code: 'X_POSTGRES_COLUMN' }, { outcome: 'delivered' }]);
    expect(await rows(`select id from ${table}`)).toHaveLength(2);
  });

  it('takes no more at once than its route says', () => {
    expect(aSink({ batchRows: 7 }).batchItems).toBe(7);
    expect(aSink().batchItems).toBe(500);
  });

  it('has U+FFFD where a text, a name, an id or the map holds NUL or half a surrogate pair', async () => {
    const table = aTable();
    const sink = aSink({ table, columns: { queue: 'text' } });
    const fine = aDelivery({ event: 'beside', ticket: 'fine' });
    const delivery = aDelivery({
      event: 'nul\0',
      ticket: 'nul-\ud83d',
      subject: 'Printer\0 error, order \ud83d late',
      judgements: { 'k\0': accepted('a\0', '\udc00'), 'k\uFFFD': accepted('b') },
      mapped: { queue: '\0' },
    });
    const results = await Promise.all([
      sink.write(delivery, never),
      sink.write(fine, never),
      sink.write(delivery, never),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    const [row] = await rows(`select * from ${table} where vendor_id like 'nul%'`);
    expect(row).toMatchObject({
      subject: 'Printer\uFFFD error, order \uFFFD late',
      queue: '\uFFFD',
      vendor_id: 'nul-\uFFFD',
    });
    expect(Object.values(row?.['judgements'] as object)).toHaveLength(2);
    expect(await rows(`select id from ${table}`)).toHaveLength(2);
    expect(await rows("select 1 from deliveries where event_id like 'nul%'")).toHaveLength(1);
  });

  it('dead-letters the row that Postgres refuses, and writes those that came with it', async () => {
    const table = aTable();
    const sink = aSink({ table });
    const deliveries = Array.from({ length: 40 }, (_, at) =>
      aDelivery({
        event: `poison-${at}`,
        ticket: String(at + 1),
        generation: at === 13 ? 1e30 : 0,
      }),
    );
    const ended = await Promise.allSettled(deliveries.map((delivery) => sink.write(delivery, never)));
    const failed = ended.flatMap((one, at) =>
      one.status === 'rejected' ? [[at, one.reason.code, one.reason.disposition.kind]] : [],
    );
    expect(failed).toEqual([[13, 'X_POSTGRES_ROW', 'dead-letter']]);
    expect(await rows(`select id from ${table}`)).toHaveLength(39);
  });

  it('widens a table that an earlier schema made, and leaves what others added', async () => {
    const table = aTable();
    await rows(`create table ${table} (id text primary key, event_id text not null, sequence text collate "C" not null,
      generation bigint not null, subject text, of_others text default 'kept')`);
    await aSink({ table }).write(aDelivery({ event: 'widened' }), never);
    expect((await rows(`select subject, of_others, judgements from ${table}`))[0]).toMatchObject({
      subject: 'Where is my card?',
      of_others: 'kept',
      judgements: { priority: { label: 'high' } },
    });
  });

  it('fills the further columns that a map fills', async () => {
    const table = aTable();
    const sink = aSink({ table, columns: { queue: 'text', score: 'double precision' } });
    await sink.write(aDelivery({ event: 'mapped', mapped: { queue: 'cards', score: 0.5 } }), never);
    expect((await rows(`select queue, score, subject from ${table}`))[0]).toEqual({
      queue: 'cards',
      score: 0.5,
      subject: 'Where is my card?',
    });
  });

  it('makes the tables again when somebody drops them under it', async () => {
    const table = aTable();
    const sink = aSink({ table });
    await sink.write(aDelivery({ event: 'before the drop' }), never);
    await rows(`drop table ${table}`);
    await expect(sink.write(aDelivery({ event: 'after the drop' }), never)).resolves.toMatchObject({
      outcome: 'delivered',
    });
  });

  it('goes on where its session forgets what was prepared, as behind a pooler', async () => {
    const table = aTable();
    const sink = aSink({ table });
    await sink.write(aDelivery({ event: 'prepared' }), never);
    await rows(`create function forget_${table}() returns trigger language plpgsql
      as $$ begin execute 'deallocate all'; return null; end $$`);
    await rows(`create trigger forget after insert or update on ${table} execute function forget_${table}()`);
    for (const at of [2, 3, 4]) {
      const delivery = aDelivery({ event: `forgotten ${at}`, at });
      expect((await sink.write(delivery, never)).outcome).toBe('delivered');
      expect(await applied(`forgotten ${at}`)).toBe(1);
    }
  });

  it('goes on by itself after its connections were ended', async () => {
    const table = aTable();
    const sink = aSink({ table });
    await sink.write(aDelivery({ event: 'before the cut' }), never);
    await rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'millrace %' and datname = current_database()`,
    );
    const second = aDelivery({ event: 'after the cut', at: 2 });
    // Each connection that was waiting in the pool is found dead once; a pipeline tries again as this does.
    const attempt = async (left: number): Promise<SinkResult> => {
      try {
        return await sink.write(second, never);
      } catch (error) {
        if (left === 0 || !isCodedError(error) || !error.unavailable) throw error;
        return attempt(left - 1);
      }
    };
    expect((await attempt(10)).outcome).toBe('delivered');
    expect(await applied('after the cut')).toBe(1);
  });

  it('calls a Postgres that is away unavailable, and a wrong password a reason to halt', async () => {
    const away = new URL(database.url);
    away.port = '1';
    await expect(aSink({}, away.href).write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_POSTGRES_UNREACHABLE',
      unavailable: true,
      disposition: { kind: 'retry' },
    });
    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    await expect(aSink({}, wrong.href).write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_POSTGRES_CREDENTIALS',
      disposition: { kind: 'halt' },
    });
  });

  it('halts on a table that is something else', async () => {
    const table = aTable();
    await rows(
      `create table ${table} (id text primary key, event_id text, sequence text, generation bigint, tags integer)`,
    );
    await expect(aSink({ table }).write(aDelivery(), never)).rejects.toMatchObject({
      code: 'X_POSTGRES_TABLE',
      disposition: { kind: 'halt' },
    });
  });

  it('rejects at once when the caller gives up, and leaves the event whole or absent', async () => {
    const sink = aSink({ table: aTable() });
    const controller = new AbortController();
    const written = sink.write(aDelivery({ event: 'given up' }), controller.signal);
    controller.abort();
    await expect(written).rejects.toMatchObject({ code: 'X_POSTGRES_ABORTED', disposition: { kind: 'retry' } });
    await sink.write(aDelivery({ event: 'given up' }), never);
    expect(await applied('given up')).toBe(1);
  });

  it('forgets old claims and delivery notes of its own route alone, and notes only when told to', async () => {
    const table = aTable();
    await aSink({ table }).write(aDelivery({ event: 'makes the tables' }), never);
    const claims = (event: string) => rows('select route from delivery_claims where event_id = $1', event);
    const old = async (event: string, days: number): Promise<void> => {
      for (const route of ['tickets.triage', 'tickets.another'])
        for (const name of ['delivery_claims', 'deliveries'])
          await rows(
            name === 'deliveries'
              ? `insert into deliveries (route, event_id, entity, id, sequence, generation, at) values ($1, $2, 'tickets', 'x', '1', 0, now() - make_interval(days => $3))`
              : 'insert into delivery_claims (route, event_id, at) values ($1, $2, now() - make_interval(days => $3))',
            ...[route, event, days],
          );
    };
    await old('98 days', 98);
    await old('96 days', 96);
    await old('401 days', 401);
    const write = async (settings: object, event: string): Promise<void> => {
      const sink = aSink({ table, ...settings });
      await sink.write(aDelivery({ event, at: 2 }), never);
      await sink.close();
    };
    await write({ claimDays: 97 }, 'prunes');
    expect(await claims('98 days')).toEqual([{ route: 'tickets.another' }]);
    expect(await claims('96 days')).toHaveLength(2);
    expect(await claims('401 days')).toEqual([]);
    expect(await applied('98 days')).toBe(2);
    await write({ deliveriesDays: 97 }, 'prunes notes');
    expect(await rows('select route from deliveries where event_id = $1', '98 days')).toEqual([
      { route: 'tickets.another' },
    ]);
    expect(await applied('96 days')).toBe(2);
  });

  it('closes twice', async () => {
    const sink = aSink();
    await sink.close();
    await sink.close();
  });
});
