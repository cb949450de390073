import type { EffectState, EffectStore } from '@millrace/messaging';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

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

/** Effects on systems outside: `started` before, `done` after, and a row that stayed `started` is in doubt. */
export function createEffects(store: Store): EffectStore {
  const effects = tableOf(store, 'effects');
  const start = prepared<EffectRow>(
    store,
    'effect-begin',
    `INSERT INTO ${effects} (route, event_id, started_at)
     SELECT route, event_id, $3 FROM unnest($1::text[], $2::text[]) AS begun (route, event_id)
     ON CONFLICT DO NOTHING RETURNING route, event_id`,
  );
  const select = prepared<EffectRow>(
    store,
    'effect-state',
    `SELECT stored.route, stored.event_id, stored.done_at FROM unnest($1::text[], $2::text[]) AS wanted (route, event_id)
     JOIN ${effects} AS stored USING (route, event_id)`,
  );
  const finish = prepared(
    store,
    'effect-done',
    `INSERT INTO ${effects} AS stored (route, event_id, started_at, done_at, detail)
     SELECT route, event_id, $4, $4, detail FROM unnest($1::text[], $2::text[], $3::text[]) AS ended (route, event_id, detail)
     ON CONFLICT (route, event_id) DO UPDATE SET done_at = excluded.done_at, detail = excluded.detail
     WHERE stored.done_at IS NULL`,
  );
  const drop = prepared(
    store,
    'effect-release',
    `DELETE FROM ${effects} AS stored USING unnest($1::text[], $2::text[]) AS undone (route, event_id)
     WHERE stored.route = undone.route AND stored.event_id = undone.event_id AND stored.done_at IS NULL`,
  );

  const begin = measuredGroupCommit<EffectKey, EffectState>(store, 'effect-begin', {
    keyOf: keyText,
    execute: async (keys) => {
      const begun = byKey(await start([...columns(keys), store.now()]));
      const known = keys.filter((key) => !begun.has(keyText(key)));
      const states = known.length === 0 ? new Map<string, EffectRow>() : byKey(await select(columns(known)));
      return keys.map((key) => {
        if (begun.has(keyText(key))) return 'fresh';
        // Released in between: its owner is gone for sure, yet in doubt is the answer that cannot double an effect.
        return (states.get(keyText(key))?.done_at ?? null) === null ? 'in-doubt' : 'done';
      });
    },
  });

  const done = measuredGroupCommit<EffectKey & { detail: string }, undefined>(store, 'effect-done', {
    keyOf: keyText,
    execute: async (ended) => {
      await finish([...columns(ended), ended.map(({ detail }) => detail), store.now()]);
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
    begin: (route, eventId, signal) => begin({ route, eventId }, signal),
    done: (route, eventId, detail, signal) => done({ route, eventId, detail }, signal),
    release: (route, eventId, signal) => release({ route, eventId }, signal),
  };
}
