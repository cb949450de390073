import { setTimeout as pause } from 'node:timers/promises';
import type { ExitReason } from '@millrace/embedded';
import type { Part, RunningChild } from './part.ts';

/** What its process says with this exit code: another one has its place, so a restart would only fight. */
const fencedExitCode = 78;

export interface KeeperOptions {
  /** One sentence for a person about what happened to the part. */
  readonly say: (part: string, message: string) => void;
  /** After each change of the pid. */
  readonly onChange: () => void;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** A process that ran this long is well again: the next pause is the first. */
  readonly wellAfterMs?: number;
}

/**
 * Keeps one part alive. Opening is one try: a part that cannot start at all is a reason to give up, not to loop.
 * From then on the part is *running*; when its process ends it is *down*, and after a pause, doubled with each failure in
 * a row, started again; exit code 78 makes it *fenced* and it stays down. `close` from any of these ends it for good.
 */
export class Keeper {
  readonly name: string;
  readonly #part: Part;
  readonly #options: KeeperOptions;
  readonly #closing = new AbortController();
  #child: RunningChild | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(part: Part, options: KeeperOptions) {
    this.name = part.name;
    this.#part = part;
    this.#options = options;
  }

  /** Of the current process, or of the last one while it is down. */
  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** What of it waits for an operator although it is ready; null where nothing does. */
  get halted(): string | null {
    return this.#child?.halted?.() ?? null;
  }

  /** Starts it and resolves when it is ready. */
  async open(signal?: AbortSignal): Promise<void> {
    const child = await this.#start(signal);
    await untilReady(child, signal);
    this.#watch = this.#keep(child);
  }

  /** Stops it and resolves when its process is gone. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#child?.stop();
    await this.#watch;
    await this.#child?.stop(); // one that a restart had just begun
  }

  /** One try, given up by the signal only while it lasts: afterwards the part's end is a matter of order. */
  async #start(signal: AbortSignal | undefined): Promise<RunningChild> {
    const attempt = new AbortController();
    const release = onAbort(signal, (reason) => attempt.abort(reason));
    try {
      this.#child = await this.#part.start(attempt.signal);
      return this.#child;
    } finally {
      release();
    }
  }

  async #keep(first: RunningChild): Promise<void> {
    const { say, onChange, firstPauseMs = 250, longestPauseMs = 10_000, wellAfterMs = 30_000 } = this.#options;
    let child: RunningChild | undefined = first;
    let pauseMs = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      const since = performance.now();
      if (child !== undefined) {
        const reason = await child.exited;
        if (this.#closing.signal.aborted) return;
        if (reason.code === fencedExitCode)
          return say(this.name, 'is fenced: another process has its place, so it is not started again');
        if (performance.now() - since > wellAfterMs) pauseMs = firstPauseMs;
        say(this.name, `ended (${describe(reason)}), starting it again`);
      }
      await pause(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      if (this.#closing.signal.aborted) return;
      child = await this.#restart();
      if (child !== undefined) onChange();
    }
  }

  async #restart(): Promise<RunningChild | undefined> {
    const { say } = this.#options;
    try {
      const child = await this.#start(this.#closing.signal);
      const { pid } = child;
      // Not awaited: the process may wait for another part, and its end is watched meanwhile.
      child.ready.then(
        () => say(this.name, `is back (process ${pid})`),
        () => {},
      );
      return child;
    } catch (error) {
      if (!this.#closing.signal.aborted)
        say(this.name, `could not be started again: ${Error.isError(error) ? error.message : String(error)}`);
      return undefined;
    }
  }
}

/** Calls at once when it is aborted already; returns how to take it back. */
const onAbort = (signal: AbortSignal | undefined, act: (reason: unknown) => void): (() => void) => {
  if (signal === undefined) return () => {};
  const listener = (): void => act(signal.reason);
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
};

/** A child that does not get ready, or whose start is given up meanwhile, is stopped before this rejects. */
const untilReady = async (child: RunningChild, signal: AbortSignal | undefined): Promise<void> => {
  const release = onAbort(signal, () => void child.stop());
  try {
    await child.ready;
    signal?.throwIfAborted();
  } catch (error) {
    await child.stop();
    throw error;
  } finally {
    release();
  }
};

const describe = ({ code, signal }: ExitReason): string => signal ?? `exit code ${code}`;
