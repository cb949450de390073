import type { EffectDone, EffectState, EffectStore } from '@millrace/messaging';
import { fitId } from '@millrace/text';
import { asJson } from './parameters.ts';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

const day = 86_400_000;

interface EffectKey {
  readonly route: string;
  readonly eventId: string;
}

interface EffectRow {
  readonly route: string;
  readonly event_id: string;
  readonly done_at: string | null;
}

const keyText = ({ route, eventId }: EffectKey): string => JSON.stringify([route, eventId]);
const columns = (keys: readonly EffectKey[]): unknown[] => [
  keys.map(({ route }) => route),
  keys.map(({ eventId }) => eventId),
];
const byKey = (rows: readonly EffectRow[]): Map<string, EffectRow> =>
  new Map(rows.map((row) => [keyText({ route: row.route, eventId: row.event_id }), row]));

type Ended = EffectKey & EffectDone;

/**
 * Effects on systems outside: `started` before, `done` after, and a row that stayed `started` is in doubt. The age of a row
 * counts from the last time that its event came: from then on the record may lie in every further topic for all it keeps.
 * `notes` is the quoted table that gets a row with each effect's first `done`, in the same statement.
 */
export function createEffects(store: Store, notes: string | null): EffectStore {
  const effects = tableOf(store, 'effects');
  const start = prepared<EffectRow>(
    store,
    `INSERT INTO ${effects} (route, event_id, started_at)
     SELECT route, event_id, $3 FROM unnest($1::text[], $2::text[]) AS begun (route, event_id)
     ON CONFLICT DO NOTHING RETURNING route, event_id`,
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
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS ended (route, event_id, detail)
     ), finished AS (
       INSERT INTO ${effects} AS stored (route, event_id, started_at, done_at, detail)
       SELECT route, event_id, $4, $4, detail FROM ended
       ON CONFLICT (route, event_id) DO UPDATE SET done_at = excluded.done_at, detail = excluded.detail
       WHERE stored.done_at IS NULL RETURNING route, event_id
     )${notes === null ? ' SELECT 1' : noteStatement(notes)}`,
  );
  const drop = prepared(
    store,
    `DELETE FROM ${effects} AS stored USING unnest($1::text[], $2::text[]) AS undone (route, event_id)
     WHERE stored.route = undone.route AND stored.event_id = undone.event_id AND stored.done_at IS NULL`,
  );

  const begin = measuredGroupCommit<EffectKey, EffectState>(store, 'effect-begin', {
    keyOf: keyText,
    execute: async (keys) => {
      const begun = byKey(await start([...columns(keys), store.now()]));
      const known = keys.filter((key) => !begun.has(keyText(key)));
      const states =
        known.length === 0 ? new Map<string, EffectRow>() : byKey(await select([...columns(known), store.now()]));
      return keys.map((key) => {
        if (begun.has(keyText(key))) return 'fresh';
        // Released in between: its owner is gone for sure, yet in doubt is the answer that cannot double an effect.
        return (states.get(keyText(key))?.done_at ?? null) === null ? 'in-doubt' : 'done';
      });
    },
  });

  const done = measuredGroupCommit<Ended, undefined>(store, 'effect-done', {
    keyOf: keyText,
    execute: async (ended) => {
      const values = [...columns(ended), ended.map(({ detail }) => detail), store.now()];
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

  return {
    // An event's id as the table will hold it: rows are found by it.
    begin: (route, eventId, signal) => begin({ route, eventId: fitId(eventId) }, signal),
    done: (route, eventId, ended, signal) => done({ route, eventId: fitId(eventId), ...ended }, signal),
    release: (route, eventId, signal) => release({ route, eventId: fitId(eventId) }, signal),
  };
}

const noteStatement = (table: string): string => `
     INSERT INTO ${table} (route, event_id, correlation_id, entity, id, sequence, generation)
     SELECT route, event_id, correlation_id, entity, id, sequence, generation
     FROM json_to_recordset($5::json) AS note (route text, event_id text, correlation_id text, entity text, id text, sequence text, generation bigint)
     JOIN finished USING (route, event_id)`;

const noteRows = (ended: readonly Ended[]): string =>
  asJson(
    ended.flatMap(({ route, eventId, note }) => {
      if (note === null) return [];
      const { correlationid, ...rest } = note;
      return [{ route, event_id: eventId, correlation_id: correlationid, ...rest }];
    }),
  );
