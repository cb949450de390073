import type { EffectDone, EffectState, EffectStore, KeyPlace } from '@millrace/messaging';
import { fitId } from '@millrace/text';
import { asJson } from './parameters.ts';
import { isPassed, keepFrom, keyDigest, placeColumns, settling } from './settled-keys.ts';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

const day = 86_400_000;

interface EffectKey {
  readonly route: string;
  readonly eventId: string;
}

interface PlacedEffect extends EffectKey {
  readonly place: KeyPlace | null;
}

interface Settled {
  readonly route: string;
  readonly eventId: string | null;
  readonly place: KeyPlace;
}

interface EffectRow {
  readonly route: string;
  readonly event_id: string;
  readonly done_at: string | null;
}

interface BegunRow extends EffectRow {
  readonly passed: boolean;
}

const keyText = ({ route, eventId }: EffectKey): string => JSON.stringify([route, eventId]);
const placeText = ({ route, eventId, place }: Settled): string => JSON.stringify([route, eventId, place]);
const columns = (keys: readonly (EffectKey | Settled)[]): unknown[] => [
  keys.map(({ route }) => route),
  keys.map(({ eventId }) => eventId),
];
const placedColumns = (keys: readonly (PlacedEffect | Settled)[]): unknown[] => [
  ...columns(keys),
  ...placeColumns(keys.map(({ place }) => place)),
];
const byKey = <Row extends EffectRow>(rows: readonly Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [keyText({ route: row.route, eventId: row.event_id }), row]));
/** What a note says of the order; unordered sources have no key. */
const placeOf = ({ note }: EffectDone): KeyPlace | null =>
  note === null || note.id === '' ? null : { key: note.id, sequence: note.sequence, generation: note.generation };

type Ended = EffectKey & EffectDone;

/**
 * Effects on systems outside: `started` before, `done` after, and a row that stayed `started` is in doubt. The age of a row
 * counts from the last time that its event came: from then on the record may lie in every further topic for all it keeps.
 * Beside them the newest event of each key that a route is done with, asked and kept in the same statements.
 * `notes` is the quoted table that gets a row with each effect's first `done`, in the same statement.
 */
export function createEffects(store: Store, notes: string | null): EffectStore {
  const effects = tableOf(store, 'effects');
  const settledKeys = tableOf(store, 'settled_keys');
  const start = prepared<BegunRow>(
    store,
    `WITH judged AS MATERIALIZED (
       SELECT wanted.route, wanted.event_id, coalesce(${isPassed}, false) AS passed
       FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::bigint[]) AS wanted (route, event_id, key, sequence, generation)
       LEFT JOIN ${settledKeys} AS settled ON settled.route = wanted.route AND settled.key = wanted.key
     ), begun AS (
       INSERT INTO ${effects} (route, event_id, started_at)
       SELECT route, event_id, $6 FROM judged WHERE NOT passed ON CONFLICT DO NOTHING RETURNING route, event_id
     )
     SELECT route, event_id, false AS passed FROM begun UNION ALL SELECT route, event_id, true FROM judged WHERE passed`,
  );
  const select = prepared<EffectRow>(
    store,
    `WITH wanted AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::text[]) AS wanted (route, event_id)), renewed AS (
       UPDATE ${effects} AS stored SET started_at = $3::bigint FROM wanted
       WHERE stored.route = wanted.route AND stored.event_id = wanted.event_id AND stored.started_at < $3::bigint - ${day})
     SELECT stored.route, stored.event_id, stored.done_at FROM wanted JOIN ${effects} AS stored USING (route, event_id)`,
  );
  const finish = prepared(
    store,
    `WITH ended AS MATERIALIZED (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $9::boolean[])
         AS ended (route, event_id, detail, key, sequence, generation, erasable)
     ), settled AS (${settling(settledKeys, 'ended', '$8')}
     ), finished AS (
       INSERT INTO ${effects} AS stored (route, event_id, started_at, done_at, detail, key)
       SELECT route, event_id, $7, $7, detail, CASE WHEN erasable THEN key END FROM ended
       ON CONFLICT (route, event_id) DO UPDATE SET done_at = excluded.done_at, detail = excluded.detail, key = excluded.key
       WHERE stored.done_at IS NULL RETURNING route, event_id
     )${notes === null ? ' SELECT 1' : noteStatement(notes)}`,
  );
  const drop = prepared(
    store,
    `DELETE FROM ${effects} AS stored USING unnest($1::text[], $2::text[]) AS undone (route, event_id)
     WHERE stored.route = undone.route AND stored.event_id = undone.event_id AND stored.done_at IS NULL`,
  );
  const pass = prepared(
    store,
    `WITH given AS MATERIALIZED (
       SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::bigint[]) AS given (route, event_id, key, sequence, generation)
     ), released AS (
       DELETE FROM ${effects} AS stored USING given
       WHERE stored.route = given.route AND stored.event_id = given.event_id AND stored.done_at IS NULL
     )${settling(settledKeys, 'given', '$6')}`,
  );
  const seek = prepared<{ readonly passed: boolean | null }>(
    store,
    `SELECT ${isPassed} AS passed
     FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[]) WITH ORDINALITY AS wanted (route, key, sequence, generation, n)
     LEFT JOIN ${settledKeys} AS settled ON settled.route = wanted.route AND settled.key = wanted.key ORDER BY wanted.n`,
  );

  const find = prepared<{ readonly detail: string | null }>(
    store,
    `SELECT detail FROM ${effects} WHERE route = $1 AND key = $2 AND done_at IS NOT NULL ORDER BY done_at`,
  );

  const begin = measuredGroupCommit<PlacedEffect, EffectState>(store, 'effect-begin', {
    keyOf: keyText,
    execute: async (wanted) => {
      const begun = byKey(await start([...placedColumns(wanted), store.now()]));
      const known = wanted.filter((one) => begun.get(keyText(one))?.passed !== false);
      const states =
        known.length === 0 ? new Map<string, EffectRow>() : byKey(await select([...columns(known), store.now()]));
      return wanted.map((one) => {
        const answer = begun.get(keyText(one));
        if (answer?.passed === false) return 'fresh';
        const stored = states.get(keyText(one));
        if (stored === undefined && answer?.passed === true) return 'superseded';
        // Released in between: its owner is gone for sure, yet in doubt is the answer that cannot double an effect.
        return (stored?.done_at ?? null) === null ? 'in-doubt' : 'done';
      });
    },
  });

  const done = measuredGroupCommit<Ended, undefined>(store, 'effect-done', {
    keyOf: keyText,
    execute: async (ended) => {
      const now = store.now();
      const details = ended.map(({ detail }) => detail);
      const places = placeColumns(ended.map(placeOf));
      const erasable = ended.map(({ isErasable }) => isErasable === true);
      const values = [...columns(ended), details, ...places, now, keepFrom(now), erasable];
      await finish(notes === null ? values : [...values, noteRows(ended)]);
      return ended.map(() => undefined);
    },
  });

  const release = measuredGroupCommit<EffectKey, undefined>(store, 'effect-release', {
    keyOf: keyText,
    execute: async (keys) => {
      await drop(columns(keys));
      return keys.map(() => undefined);
    },
  });

  const settle = measuredGroupCommit<Settled, undefined>(store, 'effect-settle', {
    keyOf: placeText,
    execute: async (settled) => {
      await pass([...placedColumns(settled), keepFrom(store.now())]);
      return settled.map(() => undefined);
    },
  });

  const isSuperseded = measuredGroupCommit<Settled, boolean>(store, 'effect-superseded', {
    keyOf: placeText,
    execute: async (wanted) => {
      const places = placeColumns(wanted.map(({ place }) => place));
      const rows = await seek([wanted.map(({ route }) => route), ...places]);
      return wanted.map((_, at) => rows[at]?.passed === true);
    },
  });

  return {
    // An event's id as the table will hold it: rows are found by it.
    begin: (route, eventId, place = null, signal) => begin({ route, eventId: fitId(eventId), place }, signal),
    done: (route, eventId, ended, signal) => done({ route, eventId: fitId(eventId), ...ended }, signal),
    release: (route, eventId, signal) => release({ route, eventId: fitId(eventId) }, signal),
    settle: (route, eventId, place, signal) =>
      settle({ route, eventId: eventId === null ? null : fitId(eventId), place }, signal),
    written: async (route, key, signal) => {
      signal?.throwIfAborted();
      return (await find([route, keyDigest(key)])).flatMap(({ detail }) => detail ?? []);
    },
    isSuperseded: (route, place, signal) => isSuperseded({ route, eventId: null, place }, signal),
  };
}

const noteStatement = (table: string): string => `
     INSERT INTO ${table} (route, event_id, correlation_id, entity, id, sequence, generation)
     SELECT route, event_id, correlation_id, entity, id, sequence, generation
     FROM json_to_recordset($10::json) AS note (route text, event_id text, correlation_id text, entity text, id text, sequence text, generation bigint)
     JOIN finished USING (route, event_id)`;

const noteRows = (ended: readonly Ended[]): string =>
  asJson(
    ended.flatMap(({ route, eventId, note }) => {
      if (note === null) return [];
      const { correlationid, ...rest } = note;
      return [{ route, event_id: eventId, correlation_id: correlationid, ...rest }];
    }),
  );
