import type { OutcomeKey, OutcomeStore } from '@millrace/messaging';
import { fitId } from '@millrace/text';
import { keyDigest } from './settled-keys.ts';
import { measuredGroupCommit, prepared, type Store, tableOf } from './store.ts';

interface OutcomeRow {
  readonly stage: string;
  readonly input_id: string;
  readonly generation: string;
  readonly outcome: Buffer;
}

const keyText = ({ stage, inputId, generation }: OutcomeKey): string => JSON.stringify([stage, inputId, generation]);
/** As the table will hold it: rows are found by it. */
const storable = (key: OutcomeKey): OutcomeKey => ({ ...key, inputId: fitId(key.inputId) });
const columns = (keys: readonly OutcomeKey[]): unknown[] => [
  keys.map(({ stage }) => stage),
  keys.map(({ inputId }) => inputId),
  keys.map(({ generation }) => generation),
];

/** Recorded outcomes: the first writer of a key wins, everybody emits what it stored. */
export function createOutcomes(store: Store): OutcomeStore {
  const outcomes = tableOf(store, 'outcomes');
  const select = prepared<OutcomeRow>(
    store,
    `SELECT stored.stage, stored.input_id, stored.generation, stored.outcome
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS wanted (stage, input_id, generation)
     JOIN ${outcomes} AS stored USING (stage, input_id, generation)`,
  );
  const insert = prepared<OutcomeRow>(
    store,
    `INSERT INTO ${outcomes} (stage, input_id, generation, outcome, key, recorded_at)
     SELECT stage, input_id, generation, outcome, key, $6 FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[])
       AS given (stage, input_id, generation, outcome, key)
     ON CONFLICT DO NOTHING RETURNING stage, input_id, generation`,
  );
  const empty = prepared(store, `UPDATE ${outcomes} SET outcome = '' WHERE stage = $1 AND key = $2`);
  const byKey = (rows: readonly OutcomeRow[]): Map<string, OutcomeRow> =>
    new Map(
      rows.map((row) => [
        keyText({ stage: row.stage, inputId: row.input_id, generation: Number(row.generation) }),
        row,
      ]),
    );

  const find = measuredGroupCommit<OutcomeKey, Buffer | null>(store, 'outcome-find', {
    keyOf: keyText,
    execute: async (keys) => {
      const stored = byKey(await select(columns(keys)));
      return keys.map((key) => stored.get(keyText(key))?.outcome ?? null);
    },
  });

  const record = measuredGroupCommit<{ key: OutcomeKey; outcome: Buffer }, Buffer>(store, 'outcome-record', {
    keyOf: ({ key }) => keyText(key),
    bytesOf: ({ outcome }) => outcome.length,
    execute: async (given) => {
      const outcomesGiven = given.map(({ outcome }) => outcome);
      const keys = given.map(({ key: { recordKey = '' } }) => (recordKey === '' ? null : keyDigest(recordKey)));
      const won = byKey(await insert([...columns(given.map(({ key }) => key)), outcomesGiven, keys, store.now()]));
      const lost = given.map(({ key }) => key).filter((key) => !won.has(keyText(key)));
      const stored = lost.length === 0 ? new Map<string, OutcomeRow>() : byKey(await select(columns(lost)));
      // A row that lost and is gone was pruned between two statements: ours is the only one left to emit.
      return given.map(({ key, outcome }) => stored.get(keyText(key))?.outcome ?? outcome);
    },
  });

  return {
    find: (key, signal) => find(storable(key), signal),
    record: (key, outcome, signal) => record({ key: storable(key), outcome }, signal),
    erase: async (stage, recordKey, signal) => {
      signal?.throwIfAborted();
      await empty([stage, keyDigest(recordKey)]);
    },
  };
}
