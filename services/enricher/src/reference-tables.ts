import { type ReferenceRow, topics } from '@millrace/contracts';
import { partsOfReferenceKey } from '@millrace/flows/reference';
import {
  type Broker,
  CodedError,
  type InboundRecord,
  isCodedError,
  retry,
  type Serde,
  type TopicReader,
} from '@millrace/messaging';
import { type Logger, type Metrics, names, type ReadinessState } from '@millrace/service';
import type { Row } from './lookup-plan.ts';
import { createReferenceTable } from './reference-table.ts';

export interface ReferenceTablesOptions {
  readonly broker: Pick<Broker, 'createReader' | 'admin'>;
  readonly serde: Pick<Serde, 'decode'>;
  /** Tables that the flows ask for; rows of others are not kept. */
  readonly tables: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long a refresh may take before the message is tried again; default 5,000. */
  readonly refreshTimeoutMs?: number;
}

/** Every row of the flows' reference tables, in memory, as the compacted topic has them. */
export interface ReferenceTables {
  /** Reads the topic from its beginning. Resolves when it has been read to the end that it had; ends early when aborted. */
  open(signal: AbortSignal): Promise<void>;
  find(table: string, key: string): Row;
  /** Resolves when everything written before the call can be found. Calls at one time share the work. */
  refresh(signal: AbortSignal): Promise<void>;
  readiness(): ReadinessState;
  close(): Promise<void>;
}

const topic = topics.referenceRows;
const undecodablePauseMs = 1_000;

export function createReferenceTables(options: ReferenceTablesOptions): ReferenceTables {
  const { broker, serde, logger, metrics, refreshTimeoutMs = 5_000 } = options;
  const rows = new Map(options.tables.map((table) => [table, createReferenceTable()]));
  const rowCount = metrics.gauge(names.metrics.enricher.tableRows);
  const lookups = metrics.counter(names.metrics.enricher.lookups);
  for (const table of options.tables) {
    rowCount.set({ table }, 0);
    for (const result of ['hit', 'miss']) lookups.zero({ table, result });
  }
  /** Next offset to be applied, per partition. */
  const applied = new Map<number, number>();
  const waiting = new Set<() => void>();
  const closing = new AbortController();
  let reader: TopicReader | undefined;
  let loaded = false;
  /** Records that stand behind one whose schema is being fetched: rows of a key are applied in their order. */
  let behind: Promise<void> | undefined;

  const apply = (record: InboundRecord, row: ReferenceRow | null) => {
    const parts = partsOfReferenceKey(record.key?.toString('utf8') ?? '');
    const table = parts === null ? undefined : rows.get(parts.table);
    if (parts !== null && table !== undefined) {
      table.apply(parts.key, row);
      rowCount.set({ table: parts.table }, table.size());
    }
    applied.set(record.partition, record.offset + 1);
    for (const check of [...waiting]) check();
  };

  /** A promise only when the row cannot be had at once. */
  const take = (record: InboundRecord): Promise<void> | undefined => {
    if (record.value === null) return void apply(record, null);
    try {
      const row = serde.decode(topic, record.value);
      if (!(row instanceof Promise)) return void apply(record, row);
      return row.then(
        (decoded) => apply(record, decoded),
        (error: unknown) => recover(record, error),
      );
    } catch (error) {
      return recover(record, error);
    }
  };

  /** A row that nobody can read is passed over and told; while the registry is away there is nothing to do but wait. */
  const recover = async (record: InboundRecord, error: unknown): Promise<void> => {
    if (isCodedError(error) && error.disposition.kind === 'retry') {
      await pause(undecodablePauseMs, closing.signal);
      if (!closing.signal.aborted) await take(record);
      return;
    }
    const { topic: name, partition, offset } = record;
    logger.error({ err: error, topic: name, partition, offset }, names.logs.enricher.rowUnreadable);
    applied.set(partition, offset + 1);
  };

  const onRecord = (record: InboundRecord) => {
    const work = behind ? behind.then(() => take(record)) : take(record);
    if (work === undefined) return;
    const settled = work.finally(() => {
      if (behind === settled) behind = undefined;
    });
    behind = settled;
  };

  const readTo = async (): Promise<void> => {
    const ends = await broker.admin.offsets([topic.name]);
    const reached = () =>
      ends.every(({ partition, earliest, latest }) => latest === earliest || (applied.get(partition) ?? 0) >= latest);
    const inTime = await until(
      reached,
      waiting,
      AbortSignal.any([closing.signal, AbortSignal.timeout(refreshTimeoutMs)]),
    );
    // Time alone is no reason: the end of a partition may be a record that compaction took. What still waits to be decoded is one.
    if (!inTime && behind)
      throw new CodedError('X_ENRICH_TABLES_BEHIND', 'reference rows wait to be decoded; the registry may be away', {
        disposition: retry(),
        unavailable: true,
      });
  };
  let refreshing: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  const startRefresh = (): Promise<void> => {
    queued = undefined;
    const started = readTo().finally(() => {
      if (refreshing === started) refreshing = undefined;
    });
    refreshing = started;
    return started;
  };

  return {
    open: async (signal) => {
      reader = await broker.createReader({ topics: [topic.name], from: 'earliest', onRecord });
      await abortable(reader.caughtUp, signal);
      await behind;
      loaded = !signal.aborted;
    },
    find: (table, key) => {
      const row = rows.get(table)?.find(key) ?? null;
      lookups.inc({ table, result: row === null ? 'miss' : 'hit' });
      return row;
    },
    refresh: async (signal) => {
      // The one that runs may have asked for the end before this call's row was written: the next one serves.
      if (refreshing) queued ??= refreshing.then(startRefresh, startRefresh);
      await abortable(queued ?? startRefresh(), signal);
    },
    readiness: () => (loaded ? { ok: true } : { ok: false, reason: 'reference tables are being read' }),
    close: async () => {
      closing.abort(new Error('closed'));
      await reader?.close();
    },
  };
}

/** Waits for the claim, asked again at each change; false when the signal came first. */
async function until(claim: () => boolean, changes: Set<() => void>, signal: AbortSignal): Promise<boolean> {
  if (claim()) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const check = () => {
    if (claim()) resolve(true);
  };
  const onAbort = () => resolve(false);
  changes.add(check);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    changes.delete(check);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Ends with the signal, by its reason. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
