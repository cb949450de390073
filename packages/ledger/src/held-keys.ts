import type {
  HeldInLine,
  HeldKey,
  HeldKeys,
  HeldLetter,
  LineHead,
  LineOwner,
  SettledLetter,
} from '@millrace/messaging';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

interface HeldRow {
  readonly n: string;
  readonly hold: string;
  readonly at: string;
  readonly settled: boolean;
  readonly first: string | null;
  readonly first_failed: boolean | null;
}

interface SettledRow {
  readonly n: string;
  readonly key: Buffer | null;
  readonly member: string | null;
  readonly failed: boolean | null;
}

interface HeldKeyRow {
  readonly key: Buffer;
  readonly member: string;
  readonly failed: boolean;
  readonly origin_topic: string;
  readonly origin_partition: number;
  readonly origin_offset: string;
  readonly is_own: boolean;
}

const heldKeyOf = (row: HeldKeyRow): HeldKey => ({
  key: row.key,
  first: { member: row.member, failed: row.failed },
  since: { topic: row.origin_topic, partition: row.origin_partition, offset: Number(row.origin_offset) },
});

/** Null where the line had nobody: whoever came to it just now is first. */
const firstOf = ({ first, first_failed: failed }: HeldRow): LineHead | null =>
  first === null ? null : { member: first, failed: failed === true };

const headOf = ({ member, failed }: HeldLetter): LineHead => ({ member, failed });

type Settling = LineOwner & { readonly member: string };

/**
 * Lines of held keys. A row of `held_owners` is the fence: `hold` and `settle` share its lock and see their own token in it,
 * `take` replaces the token, so whatever an earlier owner has under way is in what `take` returns or is not written at all.
 */
export function createHeldKeys(store: Store): HeldKeys {
  const owners = tableOf(store, 'held_owners');
  const records = tableOf(store, 'held_records');
  const owned = (columns: string, named: string): string => `owned AS MATERIALIZED (
       SELECT given.* FROM unnest(${columns}) WITH ORDINALITY AS given ("group", partition, token, member, ${named}n)
       JOIN ${owners} AS owner ON owner."group" = given."group" AND owner.partition = given.partition AND owner.token = given.token
       FOR SHARE OF owner
     )`;
  const put = prepared<HeldRow>(
    store,
    `WITH ${owned(
      '$1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[], $6::boolean[], $7::text[], $8::int[], $9::bigint[]',
      'key, failed, topic, origin_partition, origin_offset, ',
    )},
     known AS (
       SELECT owned.n, stored.hold, stored.at, stored.settled
       FROM owned JOIN ${records} AS stored ON stored."group" = owned."group" AND stored.member = owned.member
     ), heads AS (
       SELECT owned.n, head.member AS first, head.failed OR (head.member = owned.member AND owned.failed) AS first_failed
       FROM owned CROSS JOIN LATERAL (
         SELECT stored.member, stored.failed FROM ${records} AS stored
         WHERE stored."group" = owned."group" AND stored.key = owned.key AND NOT stored.settled
         ORDER BY stored.at LIMIT 1) AS head
     ), noted AS (
       UPDATE ${records} AS stored SET failed = true FROM owned
       WHERE stored."group" = owned."group" AND stored.member = owned.member AND owned.failed AND NOT stored.failed
     ), added AS (
       INSERT INTO ${records} ("group", key, at, member, hold, partition, failed, origin_topic, origin_partition, origin_offset, held_at)
       SELECT owned."group", owned.key, coalesce(line.at + 1, 0), owned.member, coalesce(line.hold, owned.member),
         owned.partition, owned.failed, owned.topic, owned.origin_partition, owned.origin_offset, $10
       FROM owned LEFT JOIN LATERAL (
         SELECT stored.at, stored.hold FROM ${records} AS stored
         WHERE stored."group" = owned."group" AND stored.key = owned.key ORDER BY stored.at DESC LIMIT 1) AS line ON true
       WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.n = owned.n)
       RETURNING "group", member, hold, at
     )
     SELECT placed.*, heads.first, heads.first_failed FROM (
       SELECT n, hold, at, settled FROM known
       UNION ALL
       SELECT owned.n, added.hold, added.at, false
       FROM added JOIN owned ON owned."group" = added."group" AND owned.member = added.member
     ) AS placed LEFT JOIN heads ON heads.n = placed.n`,
  );
  const close = prepared<SettledRow>(
    store,
    `WITH ${owned('$1::text[], $2::int[], $3::text[], $4::text[]', '')},
     done AS (
       UPDATE ${records} AS stored SET settled = true FROM owned
       WHERE stored."group" = owned."group" AND stored.member = owned.member
       RETURNING owned.n, stored.key
     )
     SELECT owned.n, done.key, next.member, next.failed FROM owned LEFT JOIN done ON done.n = owned.n
     LEFT JOIN LATERAL (
       SELECT stored.member, stored.failed FROM ${records} AS stored
       WHERE stored."group" = owned."group" AND stored.key = done.key AND NOT stored.settled AND stored.member <> owned.member
       ORDER BY stored.at LIMIT 1) AS next ON true`,
  );
  // What is settled stays while its line goes on: a record that comes a second time must be known.
  const forget = prepared(
    store,
    `DELETE FROM ${records} AS stored USING unnest($1::text[], $2::bytea[]) AS over ("group", key)
     WHERE stored."group" = over."group" AND stored.key = over.key AND NOT EXISTS (
       SELECT 1 FROM ${records} AS open WHERE open."group" = over."group" AND open.key = over.key AND NOT open.settled)`,
  );
  const columns = (given: readonly Settling[]): unknown[] => [
    given.map(({ group }) => group),
    given.map(({ partition }) => partition),
    given.map(({ token }) => token),
    given.map(({ member }) => member),
  ];

  const hold = measuredGroupCommit<HeldLetter, HeldInLine | 'settled' | null>(store, 'held-key-hold', {
    keyOf: ({ group, key }) => JSON.stringify([group, key.toString('latin1')]),
    execute: async (letters) => {
      const rows = await put([
        ...columns(letters),
        letters.map(({ key }) => key),
        letters.map(({ failed }) => failed),
        letters.map(({ origin }) => origin.topic),
        letters.map(({ origin }) => origin.partition),
        letters.map(({ origin }) => origin.offset),
        store.now(),
      ]);
      const places = new Map(rows.map((row) => [Number(row.n), row]));
      return letters.map((letter, at) => {
        const row = places.get(at + 1);
        if (row === undefined) return null;
        return row.settled ? 'settled' : { hold: row.hold, at: Number(row.at), first: firstOf(row) ?? headOf(letter) };
      });
    },
  });

  const settle = measuredGroupCommit<Settling, SettledLetter | null>(store, 'held-key-settle', {
    // Of one line only one at a time: who is next depends on who went before.
    keyOf: ({ group, partition }) => JSON.stringify([group, partition]),
    execute: async (given) => {
      const rows = new Map((await close(columns(given))).map((row) => [Number(row.n), row]));
      const answers = given.map((_, at): SettledLetter | null => {
        const row = rows.get(at + 1);
        if (row === undefined) return null;
        const first = row.member === null ? null : { member: row.member, failed: row.failed === true };
        return { key: row.key, first };
      });
      const over = given.flatMap(({ group }, at) => {
        const answer = answers[at];
        return answer == null || answer.key === null || answer.first !== null ? [] : [{ group, key: answer.key }];
      });
      if (over.length > 0) await forget([over.map(({ group }) => group), over.map(({ key }) => key)]);
      return answers;
    },
  });

  return {
    take: ({ group, partitions, token }, limit) =>
      store.database.transaction(async (query) => {
        await query(
          `INSERT INTO ${owners} ("group", partition, token) SELECT $1, partition, $3 FROM unnest($2::int[]) AS mine (partition)
           ORDER BY partition ON CONFLICT ("group", partition) DO UPDATE SET token = excluded.token`,
          [group, partitions, token],
        );
        const rows = await query<HeldKeyRow>(
          `SELECT line.*, begun.* FROM (
             SELECT DISTINCT ON (key) key, member, failed, bool_or(partition = ANY($2::int[])) OVER (PARTITION BY key) AS is_own
             FROM ${records} WHERE "group" = $1 AND NOT settled ORDER BY key, at) AS line
           CROSS JOIN LATERAL (
             SELECT origin_topic, origin_partition, origin_offset FROM ${records} AS stored
             WHERE stored."group" = $1 AND stored.key = line.key ORDER BY stored.at LIMIT 1) AS begun`,
          [group, partitions],
        );
        const lines = (isOwn: boolean): readonly HeldKey[] => rows.filter((row) => row.is_own === isOwn).map(heldKeyOf);
        return { own: lines(true).slice(0, limit), elsewhere: lines(false) };
      }),
    hold: (letter, signal) => hold(letter, signal),
    settle: (owner, member, signal) => settle({ ...owner, member }, signal),
  };
}
