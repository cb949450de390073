import { afterAll, beforeAll } from '@jest/globals';
import { sinkLaws } from '@millrace/conformance';
import { type TestDatabase, testDatabase, testNamespace } from '@millrace/embedded/testing';
import pg from 'pg';
import { postgresSink } from '../../../src/vendors/postgres/sink.ts';
import { aContext, aDelivery, aRehearsal, never } from '../../kit/sink/a-delivery.ts';
import { openFlakyProxy } from './flaky-proxy.ts';

let database: TestDatabase;
let admin: pg.Pool;
let tables = 0;

beforeAll(async () => {
  database = await testDatabase();
  admin = new pg.Pool({ connectionString: database.url, max: 1 });
  admin.on('error', () => undefined);
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

const password = 'a-password-of-the-sink';

sinkLaws({
  definition: postgresSink,
  supersedes: true,
  faults: ['unavailable', 'unauthorised', 'rejected', 'hanging'],
  make: async () => {
    tables += 1;
    const table = `law_${tables}`;
    const role = testNamespace();
    await admin.query(`create role ${role} login superuser password '${password}'`);
    await admin.query('truncate deliveries, delivery_claims').catch(() => undefined);
    const direct = new URL(database.url);
    const proxy = await openFlakyProxy(direct.hostname, Number(direct.port));
    const url = new URL(database.url);
    Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port), username: role, password });
    const sink = postgresSink.open({ url: url.href, table }, aContext([]));
    const count = async (text: string, value: string): Promise<number> =>
      (await admin.query<{ count: number }>(text, [value]).catch(() => ({ rows: [] }))).rows[0]?.count ?? 0;
    return {
      sink,
      rehearse: () => aRehearsal(postgresSink, { url: url.href, table }, [password]),
      delivery: ({ key, eventId, at, generation, content, deletion }) => ({
        ...aDelivery({ event: eventId, at, generation, subject: content, deletion }),
        key,
      }),
      readBack: async (key) => {
        const rows = await admin
          .query<{ subject: string }>(`select subject from ${table} where id = $1`, [key])
          .catch(() => ({ rows: [] }));
        return rows.rows[0]?.subject ?? null;
      },
      readDeletion: async (key) => {
        const { rows } = await admin.query<{ deletion: 'soft' | 'permanent' | null }>(
          `select deletion from ${table} where id = $1`,
          [key],
        );
        return rows[0]?.deletion ?? null;
      },
      effects: (eventId) => count('select count(*)::int as count from deliveries where event_id = $1', eventId),
      async refuseContent(content) {
        await sink.write(aDelivery({ event: 'before the refusal', ticket: '0' }), never);
        await admin.query(
          `alter table ${table} add constraint no_such_content check (subject <> '${content}') not valid`,
        );
      },
      async fail(fault) {
        if (fault === 'unavailable') await proxy.cut();
        if (fault === 'hanging') proxy.stall();
        if (fault === 'unauthorised') await admin.query(`alter role ${role} password 'another'`);
        if (fault === 'rejected') {
          // The table is made by the first write; then nothing that mends itself fits into it.
          await sink.write(aDelivery({ event: 'before the fault', ticket: '0' }), never);
          await admin.query(`alter table ${table} add constraint nothing_fits check (false) not valid`);
        }
      },
      async heal() {
        await proxy.heal();
        await admin.query(`alter role ${role} password '${password}'`);
        await admin.query(`alter table if exists ${table} drop constraint if exists nothing_fits`);
      },
      secrets: [password],
      async dispose() {
        await proxy.close();
        await admin.query(`drop owned by ${role} cascade; drop role ${role}`);
      },
    };
  },
});
