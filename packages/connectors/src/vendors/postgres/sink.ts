import { deliveriesAgeIndex, longestReturnMs } from '@millrace/contracts';
import { asJson } from '@millrace/ledger/pool';
import { CodedError, isCodedError, retry } from '@millrace/messaging';
import { z } from 'zod';
import {
  type AnySink,
  defineSink,
  type Sink,
  type SinkContext,
  type SinkDelivery,
  type SinkResult,
  urlReference,
} from '../../kit/sink.ts';
import { columnTypes, entityColumns, isOwnColumn } from './columns.ts';
import { classifyPostgres } from './errors.ts';
import { rehearsePostgres } from './rehearse-postgres.ts';
import { type Row, toRow } from './rows.ts';
import {
  appliedStatement,
  applyStatement,
  deliveriesOf,
  expectedColumns,
  forgetDeliveriesStatement,
  forgetStatement,
  longestClaimDays,
  presentColumns,
  type Target,
  tableStatements,
} from './statements.ts';

const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/, 'use lower-case letters, digits and underscores');

const mostBatchRows = 5_000;
const returnDays = Math.ceil(longestReturnMs / 86_400_000);

const config = z.strictObject({
  url: urlReference('POSTGRES_URL').describe('Connection URL of the database'),
  schema: identifier.default('public').describe('Postgres schema of the tables'),
  table: identifier.describe('Table with one row per entity; made and widened when missing'),
  columns: z
    .record(
      identifier.refine((name) => !isOwnColumn(name), 'the table has a column of that name already'),
      z.enum(columnTypes),
    )
    .default({})
    .describe("Further columns that the route's map fills"),
  batchRows: z.int().min(1).max(mostBatchRows).default(500).describe('Rows of one statement at most'),
  claimDays: z
    .int()
    .min(returnDays)
    .max(longestClaimDays)
    .default(returnDays)
    .describe('How long an applied event is remembered; at least as long as topics together may keep it'),
  deliveriesDays: z
    .int()
    .min(returnDays)
    .optional()
    .describe("How long the route's rows of `deliveries` are kept; absent for good"),
});
type PostgresConfig = z.infer<typeof config>;

const forgetEveryMs = 6 * 3_600_000;

export const postgresSink: AnySink = defineSink<PostgresConfig>({
  name: 'postgres',
  summary: 'Upserts one row per entity, newest wins, and appends one row per applied delivery, in one transaction.',
  config,
  inDoubt: 'transactional',
  deletions: { soft: 'marks', permanent: 'erases' },
  entities: 'any',
  rate: null,
  // The rows of one statement are in the database while those of the next gather.
  concurrency: 1_000,
  batch: { maxItems: mostBatchRows, maxWaitMs: 0 },
  echoes: false,
  open: openPostgres,
  rehearse: (config, { schema }) => rehearsePostgres(targetOf(config, schema)),
});

interface Answer {
  readonly event_id: string;
  readonly claimed: boolean;
  readonly written: boolean;
}

function openPostgres(config: PostgresConfig, context: SinkContext): Sink {
  const target = targetOf(config, context.schema);
  const pool = context.openPool({
    url: config.url,
    maxConnections: 2,
    connectTimeoutMs: 5_000,
    queryTimeoutMs: 30_000,
    statementTimeoutMs: 25_000,
    applicationName: `millrace ${context.route}`,
    onIdleError: () => undefined,
  });
  let isReady = false;
  let preparing: Promise<void> | undefined;
  const running = new Set<Promise<unknown>>();
  let forgottenAt = Number.NEGATIVE_INFINITY;
  let forgetting: Promise<void> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const coded = (error: unknown): never => {
    throw classifyPostgres(error);
  };
  const query = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
    pool.query<R>(text, values).catch(coded);

  // Parsed and planned once per connection, which is half of what a statement of a few rows costs.
  const statement = applyStatement(target);
  const applyRows = (rows: readonly Row[]): Promise<Answer[]> =>
    pool.prepared<Answer>(statement, [asJson(rows), context.route, context.entity]).catch(coded);

  // One transaction for each: together they would hold locks on two tables, and meet a delivery that takes them the
  // other way round.
  const makeTables = async (): Promise<void> => {
    for (const text of tableStatements(target)) await query(text);
  };

  const forget = async (): Promise<void> => {
    const { claimDays, deliveriesDays } = config;
    await query(forgetStatement(target), [claimDays, context.route, longestClaimDays]);
    if (deliveriesDays === undefined) return;
    await query(deliveriesAgeIndex(deliveriesOf(target)));
    await query(forgetDeliveriesStatement(target), [deliveriesDays, context.route]);
  };

  const lookAtTables = async (): Promise<void> => {
    const present = await query<{ column_name: string }>(presentColumns, [config.schema, config.table]);
    const names = new Set(present.map((row) => row.column_name));
    if (expectedColumns(target).some((name) => !names.has(name))) await makeTables();
    // The two tables beside it may be missing although the entity's is there.
    else await query(appliedStatement(target), [context.route, []]).catch(makeTables);
    isReady = true;
  };

  const prepare = async (): Promise<void> => {
    if (!isReady) {
      preparing ??= lookAtTables().finally(() => {
        preparing = undefined;
      });
      await preparing;
    }
    if (context.now() - forgottenAt > forgetEveryMs) {
      forgottenAt = context.now();
      // Beside the work, not before it; what fails is forgotten in six hours.
      forgetting = forget().catch(() => undefined);
    }
  };

  const applyOnce = async (rows: readonly Row[]): Promise<readonly SinkResult[]> => {
    await prepare();
    const answers = await applyRows(rows);
    const byEvent = new Map(answers.map((answer) => [answer.event_id, answer]));
    const repeated = answers.filter((answer) => !answer.claimed).map((answer) => answer.event_id);
    const earlier = new Set(
      repeated.length === 0
        ? []
        : (await query<{ event_id: string }>(appliedStatement(target), [context.route, repeated])).map(
            (row) => row.event_id,
          ),
    );
    return rows.map((row) => ({
      outcome: byEvent.get(row.event_id)?.written === true || earlier.has(row.event_id) ? 'delivered' : 'superseded',
      destination: `postgres ${config.schema}.${config.table} ${row.id}`,
    }));
  };

  const apply = async (rows: readonly Row[]): Promise<readonly SinkResult[]> => {
    try {
      return await applyOnce(rows);
    } catch (error) {
      if (!isReady || !isCodedError(error) || error.code !== 'X_POSTGRES_TABLE') throw error;
      // Somebody dropped or altered a table under us: make it once more, and only then call it a fault.
      isReady = false;
      return await applyOnce(rows);
    }
  };

  /** Nobody waits for the statement after an abort; it ends by itself, and a repeat is absorbed by its claim. */
  const applied = async (rows: readonly Row[], signal: AbortSignal): Promise<readonly SinkResult[]> => {
    if (signal.aborted) throw aborted(signal.reason);
    const { promise: given, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(aborted(signal.reason));
    signal.addEventListener('abort', giveUp, { once: true });
    const statement = apply(rows);
    running.add(statement);
    const over = (): void => void running.delete(statement);
    statement.then(over, over);
    try {
      return await Promise.race([statement, given]);
    } catch (error) {
      throw isCodedError(error) ? error : classifyPostgres(error);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };

  const rowOf = (delivery: SinkDelivery): Row | CodedError => {
    try {
      return toRow(delivery, target.columns);
    } catch (error) {
      return isCodedError(error) ? error : classifyPostgres(error);
    }
  };

  return {
    batchItems: config.batchRows,
    async write(delivery, signal) {
      const [result] = await applied([toRow(delivery, target.columns)], signal);
      return result as SinkResult;
    },
    async writeBatch(deliveries, signal) {
      const made = deliveries.map(rowOf);
      const rows = made.filter((row): row is Row => !isCodedError(row));
      const results = rows.length === 0 ? [] : await applied(rows, signal);
      let next = 0;
      return made.map((row) => (isCodedError(row) ? row : (results[next++] as SinkResult)));
    },
    close() {
      closing ??= Promise.allSettled(running)
        .then(() => forgetting)
        .then(() => pool.end());
      return closing;
    },
  };
}

function targetOf({ schema, table, columns }: PostgresConfig, entitySchema: object): Target {
  const further = Object.entries(columns).map(([name, type]) => ({ name, type, field: null }));
  return { schema, table, columns: withoutTwins([...entityColumns(entitySchema), ...further]) };
}

function withoutTwins(columns: Target['columns']): Target['columns'] {
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}

function aborted(cause: unknown): CodedError {
  return new CodedError('X_POSTGRES_ABORTED', 'Nobody waits for the row any more', {
    disposition: retry(),
    step: 'effect',
    cause,
  });
}
