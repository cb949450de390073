import { quoted } from './expression-failure.ts';
import { closedError, createLane, type Waiting } from './expression-lane.ts';
import { FlowError } from './problems.ts';

export interface ExpressionGuard {
  evaluate(text: string, json: string, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface GuardOptions {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Another program than the worker, for tests. */
  readonly workerFile?: URL;
}

/** How long an expression that ended a worker is kept away from the others, and how long their worker waits for more. */
const apartMs = 60_000;
const idleMs = 30_000;
/** A second run alone, because a first may have met a machine out of memory, or the end of somebody else. */
const mostStops = 2;

/**
 * Evaluates in processes of its own. `together` takes what waits as batches. When its worker ends, whatever it names as
 * running over time, or else all of its batch, is suspect and goes to `apart`, where one at a time is evaluated in a
 * second process; the others are asked again, which is harmless: expressions have no effects. One that ends a worker
 * twice is given up. An expression that ended a worker stays apart for a while, so that any number of records that it is
 * too slow for delays nothing but itself.
 */
export function createExpressionGuard({ timeoutMs, memoryMb, workerFile }: GuardOptions): ExpressionGuard {
  const apartUntil = new Map<string, number>();
  let isClosed = false;
  let lastId = 0;

  const keepApart = (text: string): void => {
    const now = performance.now();
    for (const [known, until] of apartUntil) if (until <= now) apartUntil.delete(known);
    apartUntil.set(text, now + apartMs);
  };
  const stop = (one: Waiting): void => {
    one.stopped += 1;
    keepApart(one.text);
  };

  const settings = { timeoutMs, memoryMb, ...(workerFile === undefined ? {} : { workerFile }) };
  const together = createLane({
    ...settings,
    alone: false,
    onSuspects: (suspects, isNamed) => {
      for (const one of suspects) {
        if (isNamed) stop(one);
        apart.add(one);
        if (isNamed) for (const other of together.withdraw(one.text)) apart.add(other);
      }
    },
  });
  const apart = createLane({
    ...settings,
    alone: true,
    idleMs,
    onSuspects: (suspects) => {
      for (const one of suspects) {
        stop(one);
        if (one.stopped < mostStops) apart.add(one);
        else one.reject(limitError(one.text, timeoutMs, memoryMb));
      }
    },
  });

  return {
    evaluate: (text, json, signal) => {
      if (isClosed) return Promise.reject(closedError());
      return new Promise((resolve, reject) => {
        lastId = (lastId % 0x7ffffffe) + 1;
        const isGivenUp = (): boolean => signal?.aborted === true;
        const lane = (apartUntil.get(text) ?? 0) > performance.now() ? apart : together;
        lane.add({ id: lastId, text, json, isGivenUp, stopped: 0, resolve, reject });
      });
    },
    close: async () => {
      isClosed = true;
      await Promise.all([together.close(), apart.close()]);
    },
  };
}

const limitError = (text: string, timeoutMs: number, memoryMb: number): FlowError =>
  new FlowError(
    'X_FLOWS_EXPRESSION_LIMIT',
    `the expression ${quoted(text)} took more than ${timeoutMs} ms of processor time or ${memoryMb} MB, twice; make it simpler`,
  );
