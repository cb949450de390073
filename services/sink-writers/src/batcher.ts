import { AbortWatch } from '@millrace/messaging';

/** Why an item failed, and whether it had been on its way by then. */
export interface Failure {
  readonly cause: unknown;
  readonly wasSent: boolean;
}

export interface BatcherOptions<Item, Answer> {
  /** What may be in one batch only once: who comes second waits for the next, and keeps its place. */
  readonly keysOf: (item: Item) => readonly string[];
  /** Asked for each batch. */
  readonly maxItems: () => number;
  /** Of one batch; an item that is larger goes alone. */
  readonly maxBytes?: number | undefined;
  readonly bytesOf?: (item: Item) => number;
  /** How long the first of a batch that is not full waits for others, once the one before it is through. */
  readonly maxWaitMs: number;
  /** Resolves when the next batch may go; what it rejects with fails those that would have gone, unsent. */
  readonly admit: () => Promise<void>;
  /** One answer for each item, in their order. The signal aborts when nobody waits for any of them. */
  readonly write: (items: readonly Item[], signal: AbortSignal) => Promise<readonly Answer[]>;
  /** True for a refusal of the whole that one item alone may have caused, with nothing written of it. */
  readonly isOneItemsFault: (error: unknown) => boolean;
  /** What its caller is told of an item that failed with its batch, or was given up. */
  readonly failed: (failure: Failure) => unknown;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Many callers, one batch on its way: what comes meanwhile goes together in the next. */
export interface Batcher<Item, Answer> {
  /** Rejects on abort at once; an item that is on its way may still be written. */
  submit(item: Item, signal: AbortSignal): Promise<Answer>;
  /** Resolves when nothing is on its way or waiting. */
  idle(): Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly keys: readonly string[];
  readonly since: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  /** Its caller has been told. */
  isSettled: boolean;
  /** The batch that it is on its way in. */
  sent: Sent | null;
}

interface Sent {
  waitedFor: number;
  readonly abort: AbortController;
}

/**
 * Idle: nothing waits, no timer runs, and an item goes after one turn of the event loop, so that callers of the same moment
 * share the first batch; nobody waits for company. Busy: exactly one batch is on its way. What fails as a whole fails each
 * of its items, but for a refusal that one item may have caused: then each half goes by itself, until those are found.
 */
export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  const { maxBytes = Number.POSITIVE_INFINITY, bytesOf = () => 0, maxWaitMs, now } = options;
  type Entry = Waiting<Item, Answer>;
  let queue: Entry[] = [];
  let running: Promise<void> | undefined;
  let isFull = (): void => undefined;

  const fail = (entry: Entry, cause: unknown): void => {
    if (entry.isSettled) return;
    entry.isSettled = true;
    watch.delete(entry, entry.signal);
    entry.reject(options.failed({ cause, wasSent: entry.sent !== null }));
  };
  const watch = new AbortWatch<Entry>((entry, reason) => {
    fail(entry, reason);
    const { sent } = entry;
    if (sent === null) return;
    sent.waitedFor -= 1;
    if (sent.waitedFor === 0) sent.abort.abort(reason);
  });

  /** The longest run from the head in which no key comes twice. */
  const take = (): Entry[] => {
    const most = options.maxItems();
    const taken = new Set<string>();
    const batch: Entry[] = [];
    const left: Entry[] = [];
    let bytes = 0;
    for (const entry of queue) {
      if (entry.isSettled) continue;
      const size = batch.length < most ? bytesOf(entry.item) : 0;
      const fits =
        batch.length < most &&
        (batch.length === 0 || bytes + size <= maxBytes) &&
        entry.keys.every((key) => !taken.has(key));
      // What is left behind also keeps back those of its keys that came after it.
      for (const key of entry.keys) taken.add(key);
      (fits ? batch : left).push(entry);
      if (fits) bytes += size;
    }
    queue = left;
    return batch;
  };

  const send = async (taken: readonly Entry[]): Promise<void> => {
    try {
      await options.admit();
    } catch (error) {
      for (const entry of taken) fail(entry, error);
      return;
    }
    const batch = taken.filter(({ isSettled }) => !isSettled);
    if (batch.length === 0) return;
    const sent: Sent = { waitedFor: batch.length, abort: new AbortController() };
    for (const entry of batch) entry.sent = sent;
    try {
      settle(
        batch,
        await options.write(
          batch.map(({ item }) => item),
          sent.abort.signal,
        ),
      );
    } catch (error) {
      if (batch.length > 1 && options.isOneItemsFault(error)) await sendHalves(batch);
      else for (const entry of batch) fail(entry, error);
    }
  };

  /** Nothing was written of what was refused whole, so that none of it counts as sent. */
  const sendHalves = async (batch: readonly Entry[]): Promise<void> => {
    for (const entry of batch) entry.sent = null;
    const left = batch.filter(({ isSettled }) => !isSettled);
    const middle = Math.ceil(left.length / 2);
    for (const half of [left.slice(0, middle), left.slice(middle)]) if (half.length > 0) await send(half);
  };

  const settle = (batch: readonly Entry[], answers: readonly Answer[]): void => {
    for (const [at, entry] of batch.entries()) {
      const answer = answers[at];
      if (answer === undefined)
        fail(entry, new TypeError(`expected ${batch.length} answers, and ${answers.length} came`));
      else if (!entry.isSettled) {
        entry.isSettled = true;
        watch.delete(entry, entry.signal);
        entry.resolve(answer);
      }
    }
  };

  const company = (): Promise<void> => {
    const [first] = queue;
    const wait = first === undefined ? 0 : first.since + maxWaitMs - now();
    if (wait <= 0 || queue.length >= options.maxItems()) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      isFull = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  const run = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    for (let isFirst = true; queue.length > 0; isFirst = false) {
      if (!isFirst && maxWaitMs > 0) await company();
      const batch = take();
      if (batch.length > 0) await send(batch);
    }
    running = undefined;
  };

  return {
    submit(item, signal) {
      return new Promise<Answer>((resolve, reject) => {
        if (signal.aborted) return reject(options.failed({ cause: signal.reason, wasSent: false }));
        const keys = options.keysOf(item);
        const entry: Entry = { item, keys, since: now(), resolve, reject, signal, isSettled: false, sent: null };
        watch.add(entry, signal);
        queue.push(entry);
        if (queue.length >= options.maxItems()) isFull();
        running ??= run();
      });
    },
    async idle() {
      while (running !== undefined) await running;
    },
  };
}
