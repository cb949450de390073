import { AbortWatch } from '@millrace/messaging';

/** A row on its way, with the caller who waits for it. */
interface Waiting<Row, Result> {
  readonly row: Row;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  isGone: boolean;
}

export interface GroupCommitOptions<Row, Result> {
  /** Applies all of the rows or none, and answers in their order. */
  readonly apply: (rows: readonly Row[]) => Promise<readonly Result[]>;
  /** What may be in one statement only once. */
  readonly keysOf: (row: Row) => readonly string[];
  /** True when one row is to blame, so that the others deserve a try without it. */
  readonly blamesRow: (error: unknown) => boolean;
  readonly maxRows: number;
}

/** Many callers, one statement in flight: what arrives meanwhile goes together in the next. */
export interface GroupCommit<Row, Result> {
  /** Rejects on abort at once; a row already on its way may still be applied. */
  submit(row: Row, signal: AbortSignal): Promise<Result>;
  /** Resolves when nothing is in flight or waiting. */
  idle(): Promise<void>;
}

export function createGroupCommit<Row, Result>(options: GroupCommitOptions<Row, Result>): GroupCommit<Row, Result> {
  let queue: Waiting<Row, Result>[] = [];
  let running: Promise<void> | undefined;
  const watch = new AbortWatch<Waiting<Row, Result>>((waiting, reason) => {
    waiting.isGone = true;
    waiting.reject(reason);
  });

  /** The longest run from the head in which nothing appears twice; who comes second waits for the next statement. */
  const takeBatch = (): Waiting<Row, Result>[] => {
    const taken = new Set<string>();
    const batch: Waiting<Row, Result>[] = [];
    const left: Waiting<Row, Result>[] = [];
    for (const waiting of queue) {
      if (waiting.isGone) continue;
      const keys = options.keysOf(waiting.row);
      // A key that waits keeps waiting in order: what is left behind also blocks its own successors.
      const fits = batch.length < options.maxRows && keys.every((key) => !taken.has(key));
      for (const key of keys) taken.add(key);
      (fits ? batch : left).push(waiting);
    }
    queue = left;
    return batch;
  };

  const applyBatch = async (batch: readonly Waiting<Row, Result>[]): Promise<void> => {
    if (batch.length === 0) return;
    try {
      const results = await options.apply(batch.map(({ row }) => row));
      batch.forEach((waiting, index) => {
        watch.delete(waiting, waiting.signal);
        const result = results[index];
        if (result === undefined) waiting.reject(new Error('a row of the statement has no result'));
        else waiting.resolve(result);
      });
    } catch (error) {
      if (batch.length === 1 || !options.blamesRow(error)) {
        for (const waiting of batch) {
          watch.delete(waiting, waiting.signal);
          waiting.reject(error);
        }
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await applyBatch(batch.slice(0, middle));
      await applyBatch(batch.slice(middle));
    }
  };

  const run = async (): Promise<void> => {
    // One turn of the event loop, so that callers of the same moment share the first statement too.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await applyBatch(takeBatch());
    running = undefined;
  };

  return {
    submit(row, signal) {
      return new Promise<Result>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const waiting: Waiting<Row, Result> = { row, resolve, reject, signal, isGone: false };
        watch.add(waiting, signal);
        queue.push(waiting);
        running ??= run();
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
