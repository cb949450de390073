import { setTimeout as timer } from 'node:timers/promises';
import { AbortWatch } from '@millrace/messaging';

export interface GroupCommitOptions<Item, Result> {
  /** Items of equal key never share a statement: the later one waits for the next. */
  readonly keyOf: (item: Item) => string;
  readonly maxItems?: number;
  /** Bounds a statement's size; one item larger than it goes alone. */
  readonly maxBytes?: number;
  readonly bytesOf?: (item: Item) => number;
  /** How long the first of a batch waits for others, where nobody waits for the answer; 0 when absent. */
  readonly gatherMs?: number;
  /** Resolves after so many milliseconds; by a timer when absent. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** True for a failure that one item alone may have caused: each is then tried by itself, so that it harms no other. */
  readonly isOneItemsFault?: (error: unknown) => boolean;
  /** One statement for all items, sorted by key (so that two processes lock rows in one order). One result per item, in order. */
  readonly execute: (items: readonly Item[]) => Promise<readonly Result[]>;
}

export type Submit<Item, Result> = (item: Item, signal?: AbortSignal) => Promise<Result>;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly key: string;
  readonly bytes: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many callers, one statement: while one is in flight the next callers wait, and go together when it ends.
 *
 * Idle: nothing waits, no timer runs, and a caller's item starts in the same turn of the event loop, or `gatherMs` later.
 * Busy: exactly one statement of this kind is in flight; under load statements grow instead of multiplying.
 * A failed statement fails the callers it carried and no others. Aborting gives up waiting, not the statement.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): Submit<Item, Result> {
  const {
    keyOf,
    execute,
    bytesOf = () => 0,
    maxItems = 1_000,
    maxBytes = 4_000_000,
    gatherMs = 0,
    sleep = timer,
    isOneItemsFault = () => false,
  } = options;
  const waiting = new Set<Waiting<Item, Result>>();
  let busy = false;
  const watch = new AbortWatch<Waiting<Item, Result>>((entry, reason) => {
    waiting.delete(entry);
    entry.reject(reason);
  });

  const take = (): Waiting<Item, Result>[] => {
    const batch: Waiting<Item, Result>[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    for (const entry of waiting) {
      if (batch.length === maxItems) break;
      const fits = batch.length === 0 || bytes + entry.bytes <= maxBytes;
      if (fits && !seen.has(entry.key)) {
        batch.push(entry);
        waiting.delete(entry);
        bytes += entry.bytes;
      }
      // Also of what did not fit: a smaller one of its key that came later must not go before it.
      seen.add(entry.key);
    }
    return batch.sort((one, other) => (one.key < other.key ? -1 : 1));
  };

  const settle = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    if (batch.length === 0) return;
    try {
      const results = await execute(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length > 1 && isOneItemsFault(error)) for (const entry of batch) await settle([entry]);
      else for (const { reject } of batch) reject(error);
    }
  };

  const run = async (): Promise<void> => {
    busy = true;
    await null; // callers of this same turn join the first statement
    while (waiting.size > 0) {
      if (gatherMs > 0 && waiting.size < maxItems) await sleep(gatherMs);
      await settle(take());
    }
    busy = false;
  };

  return async (item, signal) => {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const entry = { item, key: keyOf(item), bytes: bytesOf(item), resolve, reject };
    if (signal !== undefined) watch.add(entry, signal);
    waiting.add(entry);
    if (!busy) void run();
    try {
      return await promise;
    } finally {
      if (signal !== undefined) watch.delete(entry, signal);
    }
  };
}
