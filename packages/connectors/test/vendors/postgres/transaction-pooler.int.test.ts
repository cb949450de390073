import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openTransactionPooler,
  type TestDatabase,
  type TransactionPooler,
  testDatabase,
} from '@millrace/embedded/testing';
import pg from 'pg';
import type { Sink } from '../../../src/kit/sink.ts';
import { postgresSink } from '../../../src/vendors/postgres/sink.ts';
import { aContext, aDelivery, never } from '../../kit/sink/a-delivery.ts';

let database: TestDatabase;
let pooler: TransactionPooler;
let direct: pg.Pool;
const opened: Sink[] = [];

beforeAll(async () => {
  database = await testDatabase();
  pooler = await openTransactionPooler(database.url);
  direct = new pg.Pool({ connectionString: database.url, max: 1 });
  direct.on('error', () => undefined);
});

afterAll(async () => {
  await Promise.all(opened.map((sink) => sink.close()));
  await pooler.close();
  await direct.end();
  await database.drop();
});

function aSink(table: string): Sink {
  const sink = postgresSink.open({ url: pooler.url, table }, aContext([]));
  opened.push(sink);
  return sink;
}

describe('the postgres sink behind a transaction pooler', () => {
  it('makes its tables once although many start at the same time and each statement meets another session', async () => {
    const sinks = ['tickets', 'tickets', 'issues', 'tickets', 'leads'].map(aSink);
    const results = await Promise.all(
      sinks.map((sink, at) => sink.write(aDelivery({ event: `first ${at}`, ticket: String(at + 1) }), never)),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill('delivered'));
  });

  it('leaves no lock on a session that others are given', async () => {
    await aSink('messages').write(aDelivery({ event: 'locks', ticket: '70' }), never);
    const { rows } = await direct.query(`select objid from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and d.datname = current_database()`);
    expect(rows).toEqual([]);
  });

  it('writes on although no session has what another prepared', async () => {
    const sink = aSink('tickets');
    for (let at = 1; at <= 8; at += 1) {
      const delivery = aDelivery({ event: `prepared ${at}`, ticket: '90', at });
      expect((await sink.write(delivery, never)).outcome).toBe('delivered');
    }
    const { rows } = await direct.query(`select count(*)::int as count from deliveries where id = 'zendesk:90'`);
    expect(rows).toEqual([{ count: 8 }]);
  });
});
