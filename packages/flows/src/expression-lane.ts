import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { FlowError } from './problems.ts';

/** One message to the worker: inputs as JSON, each with what is asked of it. */
export type ExpressionBatch = readonly {
  readonly json: string;
  readonly asked: readonly { readonly id: number; readonly text: string }[];
}[];
export type ExpressionAnswer =
  | { readonly id: number; readonly json?: string | undefined }
  | { readonly id: number; readonly failure: string };
/** What the worker says once it is warm: from then on its time counts. */
export const workerReady = 'ready';

/** What the worker process is started with. */
export interface WorkerOptions {
  readonly parent: number;
  readonly timeoutMs: number;
}

/** One evaluation that somebody waits for. */
export interface Waiting {
  readonly id: number;
  readonly text: string;
  readonly json: string;
  readonly isGivenUp: () => boolean;
  /** Workers that surely ended because of it. */
  stopped: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FlowError) => void;
}

export interface LaneOptions {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** One at a time, so that a worker's end says which it was. */
  readonly alone: boolean;
  /** A worker with nothing to do for so long is ended; never when absent. */
  readonly idleMs?: number;
  /** The worker ended while these were with it, or the one of them that it named. The others are asked again. */
  readonly onSuspects: (suspects: readonly Waiting[], isNamed: boolean) => void;
  /** Another program than the worker, for tests. */
  readonly workerFile?: URL;
}

/** One worker process and what waits for it. */
export interface Lane {
  add(waiting: Waiting): void;
  /** Gives back what still waits for this expression. */
  withdraw(text: string): readonly Waiting[];
  close(): Promise<void>;
}

/** What waits goes together, as far as it fits into a small heap with room to work in. */
const mostTogether = 1_000;
const mostCharacters = 4_000_000;
const startsBeforeUnavailable = 3;
const startPauseMs = 200;

/**
 * `queue` waits; `sent` is with the worker as one batch: what gathered while it was busy. Nothing is sent before the worker
 * says that it is ready, so a cold start is nobody's time, and a worker that ends before it was ready is nobody's fault.
 */
export function createLane(options: LaneOptions): Lane {
  const queue: Waiting[] = [];
  let sent: readonly Waiting[] = [];
  let worker: ChildProcess | undefined;
  let isReady = false;
  let failedStarts = 0;
  let blamed = 0;
  let isScheduled = false;
  let isClosed = false;
  let idle: NodeJS.Timeout | undefined;

  const start = (): ChildProcess => {
    const made = forkWorker(options);
    made.on('message', (said: typeof workerReady | readonly ExpressionAnswer[]) => {
      if (made !== worker) return;
      if (said !== workerReady) return receive(said);
      isReady = true;
      failedStarts = 0;
      send();
    });
    made.on('error', () => {}); // the close follows
    made.on('close', () => made === worker && replace());
    // The worker's last words: the id of what it was killed for.
    (made.stdio[4] as Readable).on('data', (bytes: Buffer) => {
      if (made === worker) blamed = Number(bytes.toString());
    });
    return made;
  };

  const schedule = () => {
    if (isScheduled || isClosed || sent.length > 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      send();
    });
  };

  const send = () => {
    if (isClosed || sent.length > 0) return;
    clearTimeout(idle);
    if (queue.length === 0) return rest();
    worker ??= start();
    if (!isReady) return;
    sent = takeBatch(queue, options.alone);
    if (sent.length === 0) return rest();
    worker.send(batchOf(sent));
  };

  const rest = () => {
    if (options.idleMs === undefined || worker === undefined) return;
    idle = setTimeout(() => {
      const last = worker;
      worker = undefined;
      isReady = false;
      last?.kill('SIGKILL');
    }, options.idleMs).unref();
  };

  const receive = (answers: readonly ExpressionAnswer[]) => {
    const byId = new Map(sent.map((one) => [one.id, one]));
    sent = [];
    for (const answer of answers) settle(byId.get(answer.id), answer);
    send();
  };

  const replace = () => {
    worker = undefined;
    if (!isReady) return startFailed();
    isReady = false;
    const isNamed = blamed !== 0;
    const suspects = isNamed ? sent.filter(({ id }) => id === blamed) : sent;
    queue.unshift(...sent.filter((one) => !suspects.includes(one)));
    sent = [];
    blamed = 0;
    options.onSuspects(suspects, isNamed);
    schedule();
  };

  const startFailed = () => {
    failedStarts += 1;
    if (failedStarts >= startsBeforeUnavailable) for (const one of queue.splice(0)) one.reject(unavailableError());
    if (queue.length > 0) setTimeout(schedule, startPauseMs * failedStarts);
  };

  return {
    add: (waiting) => {
      if (isClosed) return waiting.reject(closedError());
      queue.push(waiting);
      schedule();
    },
    withdraw: (text) => {
      const withdrawn = queue.filter((one) => one.text === text);
      if (withdrawn.length > 0) queue.splice(0, queue.length, ...queue.filter((one) => one.text !== text));
      return withdrawn;
    },
    close: async () => {
      isClosed = true;
      clearTimeout(idle);
      for (const one of [...sent, ...queue.splice(0)]) one.reject(closedError());
      sent = [];
      const last = worker;
      worker = undefined;
      if (!last || last.exitCode !== null || last.signalCode !== null) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      last.once('close', () => resolve());
      last.kill('SIGKILL');
      await promise;
    },
  };
}

function forkWorker({ timeoutMs, memoryMb, workerFile }: LaneOptions): ChildProcess {
  const settings: WorkerOptions = { parent: process.pid, timeoutMs };
  return fork(workerFile ?? new URL('./expression-worker.ts', import.meta.url), [JSON.stringify(settings)], {
    env: {},
    execArgv: [`--max-old-space-size=${memoryMb}`, '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
  });
}

/** Nobody waits any more for what was given up: it must not cost a worker. */
function takeBatch(queue: Waiting[], alone: boolean): readonly Waiting[] {
  const batch: Waiting[] = [];
  let characters = 0;
  while (queue.length > 0 && batch.length < (alone ? 1 : mostTogether) && characters < mostCharacters) {
    const next = queue.shift() as Waiting;
    if (next.isGivenUp()) continue;
    batch.push(next);
    characters += next.json.length;
  }
  return batch;
}

/** Neighbours with the same input share it. */
function batchOf(waiting: readonly Waiting[]): ExpressionBatch {
  const batch: { json: string; asked: { id: number; text: string }[] }[] = [];
  for (const { id, text, json } of waiting) {
    const last = batch.at(-1);
    if (last?.json === json) last.asked.push({ id, text });
    else batch.push({ json, asked: [{ id, text }] });
  }
  return batch;
}

function settle(waiting: Waiting | undefined, answer: ExpressionAnswer): void {
  if ('failure' in answer) waiting?.reject(new FlowError('X_FLOWS_EXPRESSION_FAILED', answer.failure));
  else waiting?.resolve(answer.json === undefined ? undefined : JSON.parse(answer.json));
}

export const closedError = (): FlowError =>
  new FlowError('X_FLOWS_EXPRESSIONS_CLOSED', 'expressions are closed: the process is ending');
const unavailableError = (): FlowError =>
  new FlowError(
    'X_FLOWS_EXPRESSIONS_UNAVAILABLE',
    `the process that evaluates expressions did not start, ${startsBeforeUnavailable} times; the machine may be out of memory or processes`,
  );
