import { type CancelTimer, type Clock, systemClock } from '../clock.ts';
import { CodedError, retry } from '../disposition.ts';
import type { Handled, Handler, Middleware } from '../pipeline.ts';
import { fencedSignal } from '../runtime/fenced-signal.ts';

export interface TimeoutOptions {
  readonly ms: number;
  readonly clock?: Clock;
}

interface Running {
  readonly deadline: number;
  readonly expire: () => void;
}

/**
 * Aborts a handler's signal when its time is up, and waits for it to obey: its key stays its own until it ends, or a
 * second try would run beside the first. One that does not obey is the watchdog's. A handler that answers at once costs
 * nothing, and all that run share one timer, because their time is the same.
 */
export function timeout({ ms, clock = systemClock }: TimeoutOptions): Middleware {
  const running = new Set<Running>();
  let cancel: CancelTimer | null = null;

  const arm = (): void => {
    cancel?.();
    cancel = null;
    // Insertion order is the order of the deadlines.
    for (const oldest of running) {
      cancel = clock.after(oldest.deadline - clock.monotonic(), expireDue);
      return;
    }
  };
  const expireDue = (): void => {
    cancel = null;
    const now = clock.monotonic();
    for (const one of running) {
      if (one.deadline > now) break;
      running.delete(one);
      one.expire();
    }
    arm();
  };

  return <T>(next: Handler<T>): Handler<T> =>
    (envelope, signal) => {
      const own = new AbortController();
      // Looking at it asks the pipeline's fence too, as looking at the outer one would.
      const result = next(
        envelope,
        fencedSignal(own, () => (signal.aborted ? signal.reason : null)),
      );
      if (!('then' in result)) return result;
      const late = new CodedError('X_HANDLER_TIMEOUT', `the handler did not finish within ${ms} ms`, {
        disposition: retry(),
      });
      const one = { deadline: clock.monotonic() + ms, expire: () => own.abort(late) };
      const follow = (): void => own.abort(signal.reason);
      signal.addEventListener('abort', follow, { once: true });
      if (signal.aborted) follow();
      running.add(one);
      if (cancel === null) arm();
      const ended = (): void => {
        signal.removeEventListener('abort', follow);
        // The timer may stay: at its time it finds nothing due and sets itself anew.
        if (running.delete(one) && running.size === 0) arm();
      };
      return result.then(
        (handled: Handled) => {
          ended();
          return handled;
        },
        (error: unknown) => {
          ended();
          throw own.signal.reason === late ? late : error;
        },
      );
    };
}
