import type { OpsReplayAck } from '@millrace/contracts';
import { asJson, type Database, type Query } from '@millrace/ledger/postgres';
import type { RecordPosition, TopicPartition } from '@millrace/messaging';
import { fitId } from '@millrace/text';
import type { DeadLetterRow, DeadLetterStatus } from './dead-letter.ts';
import { indexHistory } from './schema.ts';

const tables = {
  deadLetters: `"${indexHistory.schema}".dead_letters`,
  acks: `"${indexHistory.schema}".acks`,
  positions: `"${indexHistory.schema}".positions`,
} as const;

/** What one pass of the indexer found, written all at once or not at all. */
export interface IndexBatch {
  readonly deadLetters: readonly DeadLetterRow[];
  readonly acks: readonly PlacedAck[];
  /** What `ops.dlq.status` says; only a rebuild needs it. */
  readonly statuses: readonly StatusChange[];
  /** Per partition the next offset to read. */
  readonly positions: readonly RecordPosition[];
}

/** An ack and where it stands. */
export interface PlacedAck extends OpsReplayAck {
  readonly partition: number;
  readonly offset: number;
}

export interface StatusChange {
  readonly dlqId: string;
  readonly status: DeadLetterStatus;
  readonly job: string | null;
  readonly at: number;
}

export interface DeadLetterFilter {
  /** Names of groups in which `*` is any text; none lets nothing through, and absence everything. */
  readonly within?: readonly string[] | undefined;
  readonly group?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly statuses?: readonly DeadLetterStatus[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Failed at or after; epoch milliseconds. */
  readonly since?: number | undefined;
}

export interface FailureGroup {
  readonly group: string;
  readonly fingerprint: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface StoredDeadLetter extends DeadLetterRow {
  readonly job: string | null;
}

export interface PageOf {
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: { readonly failedAt: number; readonly dlqId: string } | undefined;
}

/** The dead-letter index in Postgres. Writing the same batch twice changes nothing. */
export interface DeadLetterIndex {
  apply(batch: IndexBatch): Promise<void>;
  find(dlqId: string): Promise<StoredDeadLetter | null>;
  /** Newest first. */
  list(filter: DeadLetterFilter, page: PageOf): Promise<readonly StoredDeadLetter[]>;
  groups(filter: DeadLetterFilter): Promise<readonly FailureGroup[]>;
  counts(): Promise<readonly { readonly group: string; readonly status: DeadLetterStatus; readonly count: number }[]>;
  /** Those of these ids that stand so are set; returns how many. Only facts that no record states by itself go through here. */
  setStatus(
    ids: readonly string[],
    from: readonly DeadLetterStatus[],
    change: Omit<StatusChange, 'dlqId'>,
  ): Promise<readonly string[]>;
  positions(): Promise<readonly RecordPosition[]>;
  acksOf(dlqIds: readonly string[]): Promise<readonly PlacedAck[]>;
  /**
   * Forgets dead letters, and answers of their redrives, of which nothing was heard since; epoch milliseconds. Returns how
   * many dead letters went. In small statements; of several processes each takes what is left.
   */
  forget(before: number, signal?: AbortSignal): Promise<number>;
  /** Forgets everything that can be read again from Kafka. */
  clear(): Promise<void>;
}

const columns = `"group" text, status text, status_at bigint, fingerprint text, code text, error_class text, error_type text,
  message text, step text, service text, version text, attempts int, origin_topic text, origin_partition int, origin_offset bigint,
  origin_timestamp bigint, first_failed_at bigint, failed_at bigint, topic text, partition int, "offset" bigint, bytes int, key text,
  event_id text, event_type text, correlation_id text, generation bigint, replay_job text, replay_of text, replay_count int,
  hold text, held_at bigint`;
const columnNames = columns.replaceAll(/ (text|bigint|int)(?=,|$)/g, '');

export function createDeadLetterIndex(database: Database): DeadLetterIndex {
  return {
    apply: (batch) => database.transaction((query) => applyBatch(query, underStoredIds(batch))),
    find: async (dlqId) => (await select(database.query, { ids: [dlqId] }, { limit: 1 }))[0] ?? null,
    list: (filter, page) => select(database.query, filter, page),
    groups: (filter) => selectGroups(database.query, filter),
    counts: async () => {
      const rows = await database.query<{ group: string; status: DeadLetterStatus; count: string }>(
        `SELECT "group", status, count(*) AS count FROM ${tables.deadLetters} GROUP BY 1, 2`,
      );
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },
    setStatus: async (ids, from, { status, job, at }) => {
      const rows = await database.query<{ dlq_id: string }>(
        `UPDATE ${tables.deadLetters} SET status = $3, job = $4, status_at = $5
         WHERE dlq_id = ANY($1::text[]) AND status = ANY($2::text[]) RETURNING dlq_id`,
        [ids, from, status, job, at],
      );
      return rows.map(({ dlq_id }) => dlq_id);
    },
    positions: async () => {
      const rows = await database.query<TopicPartition & { next_offset: string }>(
        `SELECT topic, partition, next_offset FROM ${tables.positions}`,
      );
      return rows.map(({ topic, partition, next_offset }) => ({ topic, partition, offset: Number(next_offset) }));
    },
    acksOf: async (dlqIds) => {
      const rows = await database.query<
        Omit<PlacedAck, 'dlqId' | 'eventId'> & { dlq_id: string; event_id: string | null }
      >(
        `SELECT dlq_id, job, "group", outcome, code, event_id, at, partition, "offset"
         FROM ${tables.acks} WHERE dlq_id = ANY($1::text[]) ORDER BY at`,
        [dlqIds],
      );
      return rows.map(({ dlq_id, event_id, at, offset, ...rest }) => ({
        ...rest,
        dlqId: dlq_id,
        eventId: event_id,
        at: Number(at),
        offset: Number(offset),
      }));
    },
    forget: async (before, signal) => {
      await removeOld(database.query, { table: tables.acks, isOld: 'at < $1', before }, signal);
      const isOld = 'greatest(failed_at, status_at) < $1';
      return removeOld(database.query, { table: tables.deadLetters, isOld, before }, signal);
    },
    clear: async () => {
      await database.query(`TRUNCATE ${tables.deadLetters}, ${tables.acks}, ${tables.positions}`);
    },
  };
}

/** Acks and statuses name a dead letter as its header did; the table has that id as `deadLetterRow` made it. */
function underStoredIds(batch: IndexBatch): IndexBatch {
  const named = <T extends { readonly dlqId: string }>(one: T): T => ({ ...one, dlqId: fitId(one.dlqId) });
  return { ...batch, acks: batch.acks.map(named), statuses: batch.statuses.map(named) };
}

async function applyBatch(query: Query, { deadLetters, acks, statuses, positions }: IndexBatch): Promise<void> {
  if (deadLetters.length > 0) {
    await query(
      `INSERT INTO ${tables.deadLetters} (dlq_id, ${columnNames})
       SELECT dlq_id, ${columnNames} FROM jsonb_to_recordset($1::jsonb) AS found (dlq_id text, ${columns})
       ORDER BY dlq_id ON CONFLICT (dlq_id) DO NOTHING`,
      [asJson(deadLetters)],
    );
  }
  if (acks.length > 0) {
    // A record may be redriven twice by one job; what succeeded once has succeeded.
    await query(
      `INSERT INTO ${tables.acks} AS known (dlq_id, job, "group", outcome, code, event_id, at, partition, "offset")
       SELECT DISTINCT ON (dlq_id, job) dlq_id, job, "group", outcome, code, event_id, at, partition, "offset"
       FROM jsonb_to_recordset($1::jsonb) AS given (dlq_id text, job text, "group" text, outcome text, code text, event_id text, at bigint, partition int, "offset" bigint)
       ORDER BY dlq_id, job, (outcome = 'failed-again'), at
       ON CONFLICT (dlq_id, job) DO UPDATE SET outcome = excluded.outcome, code = excluded.code, at = excluded.at,
         partition = excluded.partition, "offset" = excluded."offset"
       WHERE known.outcome = 'failed-again'`,
      [asJson(acks.map(({ dlqId, eventId, ...rest }) => ({ ...rest, dlq_id: dlqId, event_id: eventId })))],
    );
  }
  if (statuses.length > 0) {
    await query(
      `UPDATE ${tables.deadLetters} AS stored SET status = given.status, job = given.job, status_at = given.at
       FROM jsonb_to_recordset($1::jsonb) AS given ("dlqId" text, status text, job text, at bigint)
       WHERE stored.dlq_id = given."dlqId" AND stored.status IN ('UNRESOLVED', 'SCHEDULED', 'PARKED')`,
      [asJson(statuses)],
    );
  }
  const touched = [
    ...deadLetters.flatMap(({ dlq_id, replay_of }) => (replay_of === null ? [dlq_id] : [dlq_id, replay_of])),
    ...acks.map(({ dlqId }) => dlqId),
  ];
  if (touched.length > 0) await settle(query, touched);
  if (positions.length > 0) {
    await query(
      `INSERT INTO ${tables.positions} AS known (topic, partition, next_offset)
       SELECT topic, partition, "offset" FROM jsonb_to_recordset($1::jsonb) AS read (topic text, partition int, "offset" bigint)
       ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(known.next_offset, excluded.next_offset)`,
      [asJson(positions)],
    );
  }
}

const removedAtOnce = 5_000;

async function removeOld(
  query: Query,
  { table, isOld, before }: { readonly table: string; readonly isOld: string; readonly before: number },
  signal?: AbortSignal,
): Promise<number> {
  for (let total = 0; ; ) {
    signal?.throwIfAborted();
    const [row] = await query<{ gone: string }>(
      `WITH old AS (SELECT ctid FROM ${table} WHERE ${isOld} LIMIT ${removedAtOnce} FOR UPDATE SKIP LOCKED),
       deleted AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM old)) RETURNING 1)
       SELECT count(*) AS gone FROM deleted`,
      [before],
    );
    const gone = Number(row?.gone ?? 0);
    total += gone;
    if (gone < removedAtOnce) return total;
  }
}

/** Acks and successors decide, in whatever order they and their dead letter were read. */
async function settle(query: Query, ids: readonly string[]): Promise<void> {
  await query(
    `UPDATE ${tables.deadLetters} AS stored SET status = 'FAILED_AGAIN', job = successor.replay_job, status_at = successor.status_at
     FROM ${tables.deadLetters} AS successor
     WHERE stored.dlq_id = ANY($1::text[]) AND successor.replay_of = stored.dlq_id
       AND stored.status NOT IN ('FAILED_AGAIN', 'RESOLVED')`,
    [ids],
  );
  await query(
    `UPDATE ${tables.deadLetters} AS stored
     SET status = CASE ack.outcome WHEN 'failed-again' THEN 'FAILED_AGAIN' WHEN 'discarded' THEN 'DISCARDED' ELSE 'RESOLVED' END, job = ack.job, status_at = ack.at
     FROM (SELECT DISTINCT ON (dlq_id) dlq_id, outcome, job, at FROM ${tables.acks} WHERE dlq_id = ANY($1::text[])
           ORDER BY dlq_id, (outcome = 'failed-again'), at DESC) AS ack
     WHERE stored.dlq_id = ack.dlq_id AND stored.status <> 'RESOLVED'
       AND NOT (stored.status = 'FAILED_AGAIN' AND ack.outcome = 'failed-again')`,
    [ids],
  );
}

/** `$1`…`$5` of a WHERE clause, without `within`; absent parts let everything through. */
export function filterClause({ group, fingerprint, statuses, ids, since }: DeadLetterFilter): {
  readonly text: string;
  readonly values: readonly unknown[];
} {
  return {
    text: `($1::text IS NULL OR "group" = $1) AND ($2::text IS NULL OR fingerprint LIKE $2 || '%')
      AND ($3::text[] IS NULL OR status = ANY($3)) AND ($4::text[] IS NULL OR dlq_id = ANY($4)) AND ($5::bigint IS NULL OR failed_at >= $5)`,
    values: [group ?? null, fingerprint ?? null, statuses ?? null, ids ?? null, since ?? null],
  };
}

/** As `LIKE` writes them. */
export function likePatterns(patterns: readonly string[] | undefined): readonly string[] | null {
  return patterns?.map((pattern) => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')) ?? null;
}

async function select(
  query: Query,
  filter: DeadLetterFilter,
  { limit, after }: PageOf,
): Promise<readonly StoredDeadLetter[]> {
  const { text, values } = filterClause(filter);
  const rows = await query<StoredDeadLetter & Record<string, unknown>>(
    `SELECT * FROM ${tables.deadLetters} WHERE ${text} AND ($6::bigint IS NULL OR (failed_at, dlq_id) < ($6, $7))
       AND ($9::text[] IS NULL OR "group" LIKE ANY($9))
     ORDER BY failed_at DESC, dlq_id DESC LIMIT $8`,
    [...values, after?.failedAt ?? null, after?.dlqId ?? null, limit, likePatterns(filter.within)],
  );
  return rows.map(numbers);
}

const bigints = [
  'status_at',
  'origin_offset',
  'origin_timestamp',
  'first_failed_at',
  'failed_at',
  'offset',
  'generation',
] as const;

// The driver gives 64-bit columns as text; all of ours are below 2^53.
const numbers = (row: StoredDeadLetter & Record<string, unknown>): StoredDeadLetter => ({
  ...row,
  ...(Object.fromEntries(bigints.map((name) => [name, Number(row[name])])) as Pick<
    StoredDeadLetter,
    (typeof bigints)[number]
  >),
  held_at: row.held_at === null ? null : Number(row.held_at),
});

async function selectGroups(query: Query, filter: DeadLetterFilter): Promise<readonly FailureGroup[]> {
  const { text, values } = filterClause(filter);
  const rows = await query<{ [K in keyof FailureGroup]: string }>(
    `SELECT "group", fingerprint, (array_agg(code ORDER BY failed_at DESC))[1] AS code,
       (array_agg(message ORDER BY failed_at DESC))[1] AS message, count(*) AS count,
       min(first_failed_at) AS "firstSeen", max(failed_at) AS "lastSeen"
     FROM ${tables.deadLetters} WHERE ${text} AND ($6::text[] IS NULL OR "group" LIKE ANY($6))
     GROUP BY "group", fingerprint ORDER BY count(*) DESC, "group", fingerprint`,
    [...values, likePatterns(filter.within)],
  );
  return rows.map((row) => ({
    ...row,
    count: Number(row.count),
    firstSeen: Number(row.firstSeen),
    lastSeen: Number(row.lastSeen),
  }));
}
