import type { CancelTimer, Clock } from '../clock.ts';
import { CodedError, isCodedError, retry } from '../disposition.ts';
import { fencedSignal, isAborted } from './fenced-signal.ts';

/** The part of `maxProcessingMs` after which a handler is told to stop: what is left is for it to obey. */
const handlerShare = 5 / 6;
/** A handler is given at most this part of its time less, so that those that start at about the same time share a signal. */
const sharedPart = 20;

export interface HandlerSignalsOptions {
  readonly maxProcessingMs: number;
  readonly clock: Clock;
  /** Why nothing may act at the moment; null while it may. */
  readonly fence: (now?: number) => Error | null;
}

/**
 * The signals of the handlers of one pipeline. Each aborts with its assignment, when the fence says so, and when its time is
 * up: one deadline over everything that a handler waits for (a registry, a ledger, its turn, an answer), so that no sum of
 * waits that each have a limit of their own ends the process.
 */
export interface HandlerSignals {
  /** Of a handler that starts now; null when none may. */
  current(): AbortSignal | null;
  abort(reason: unknown): void;
  /** Asks the fence, for those who wait for the abort and never look. */
  look(): void;
}

interface Shared {
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  readonly startedAt: number;
  readonly cancel: CancelTimer;
}

export function createHandlerSignals({ maxProcessingMs, clock, fence }: HandlerSignalsOptions): HandlerSignals {
  const ms = Math.floor(maxProcessingMs * handlerShare);
  /** Oldest first; no more than are started within one deadline. */
  let live: Shared[] = [];

  const begin = (startedAt: number): Shared => {
    // What the fence aborted is over.
    for (const { signal, cancel } of live) if (signal.aborted) cancel();
    live = live.filter(({ signal }) => !signal.aborted);
    const controller = new AbortController();
    const cancel = clock.after(ms, () => {
      live = live.filter((one) => one.controller !== controller);
      controller.abort(timedOut(ms));
    });
    const shared = { controller, signal: fencedSignal(controller, fence), startedAt, cancel };
    live.push(shared);
    return shared;
  };

  return {
    current() {
      const now = clock.monotonic();
      if (fence(now) !== null) return null;
      const newest = live.at(-1);
      if (newest !== undefined && !isAborted(newest.signal) && now - newest.startedAt < ms / sharedPart)
        return newest.signal;
      return begin(now).signal;
    },
    abort(reason) {
      const aborted = live;
      live = [];
      for (const { controller, cancel } of aborted) {
        cancel();
        controller.abort(reason);
      }
    },
    look() {
      for (const { signal } of live) void signal.aborted;
    },
  };
}

function timedOut(ms: number): CodedError {
  return new CodedError(
    'X_HANDLER_TIMEOUT',
    `the handler did not finish within ${Math.round(ms / 1_000)} s, everything that it waited for together; see maxProcessingMs`,
    { disposition: retry() },
  );
}

/** The deadline, where that is what the signal was aborted for: unlike an abort of ours it is a failure of the record. */
export function deadlineOf(signal: AbortSignal | null): CodedError | null {
  if (signal?.aborted !== true) return null;
  const { reason } = signal as { readonly reason: unknown };
  return isCodedError(reason) && reason.code === 'X_HANDLER_TIMEOUT' ? reason : null;
}
