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

/** What the worker process is started with. */
export interface WorkerOptions {
  readonly parent: number;
  readonly timeoutMs: number;
}

export interface ExpressionGuard {
  evaluate(text: string, json: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Waiting {
  readonly id: number;
  readonly text: string;
  readonly json: string;
  /** Workers that surely ended because of it. */
  stopped: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: FlowError) => void;
}

/**
 * Evaluates in a process of its own.
 * `queue` waits; `sent` is with the worker as one batch: what gathered while it was busy. When the worker ends, whatever
 * it names as running over time, or else all of its batch, becomes suspect; the rest goes back to the front, which is
 * harmless: expressions have no effects. Suspects go out one at a time, and one whose worker ends again is given up: twice,
 * because a starved machine looks like an endless expression.
 */
export function createExpressionGuard({
  timeoutMs,
  memoryMb,
}: {
  readonly timeoutMs: number;
  readonly memoryMb: number;
}): ExpressionGuard {
  const queue: Waiting[] = [];
  const suspects: Waiting[] = [];
  let sent: Waiting[] = [];
  let worker: ChildProcess | undefined;
  let blamed = 0;
  let scheduled = false;
  let closed = false;
  let lastId = 0;

  const spawn = (): ChildProcess => {
    const options: WorkerOptions = { parent: process.pid, timeoutMs };
    const made = fork(new URL('./expression-worker.ts', import.meta.url), [JSON.stringify(options)], {
      env: {},
      execArgv: [`--max-old-space-size=${memoryMb}`, '--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    });
    made.on('message', (answers: readonly ExpressionAnswer[]) => made === worker && receive(answers));
    made.on('error', () => {}); // the close follows
    made.on('close', () => made === worker && replace());
    // The worker's last words: the id of what it was killed for.
    (made.stdio[4] as Readable).on('data', (bytes: Buffer) => {
      if (made === worker) blamed = Number(bytes.toString());
    });
    return made;
  };

  const schedule = () => {
    if (scheduled || closed || sent.length > 0) return;
    scheduled = true;
    setImmediate(send);
  };

  const send = () => {
    scheduled = false;
    if (closed || sent.length > 0) return;
    const suspect = suspects.shift();
    sent = suspect ? [suspect] : queue.splice(0);
    if (sent.length === 0) return;
    worker ??= spawn();
    worker.send(batchOf(sent));
  };

  const receive = (answers: readonly ExpressionAnswer[]) => {
    const byId = new Map(sent.map((one) => [one.id, one]));
    sent = [];
    for (const answer of answers) settle(byId.get(answer.id), answer);
    if (suspects.length > 0 || queue.length > 0) send();
  };

  const replace = () => {
    worker = undefined;
    const guilty = blamed === 0 ? sent : sent.filter(({ id }) => id === blamed);
    queue.unshift(...sent.filter((one) => !guilty.includes(one)));
    for (const one of guilty) {
      if (blamed !== 0 || sent.length === 1) one.stopped += 1;
      if (one.stopped < 2) suspects.push(one);
      else one.reject(limitError(timeoutMs, memoryMb));
    }
    sent = [];
    blamed = 0;
    schedule();
  };

  return {
    evaluate: (text, json) => {
      if (closed) return Promise.reject(closedError());
      return new Promise((resolve, reject) => {
        lastId = (lastId % 0x7ffffffe) + 1;
        queue.push({ id: lastId, text, json, stopped: 0, resolve, reject });
        schedule();
      });
    },
    close: async () => {
      closed = true;
      for (const one of [...sent, ...suspects.splice(0), ...queue.splice(0)]) one.reject(closedError());
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
  if ('failure' in answer) {
    waiting?.reject(new FlowError('X_FLOWS_EXPRESSION_FAILED', answer.failure));
  } else {
    waiting?.resolve(answer.json === undefined ? undefined : JSON.parse(answer.json));
  }
}

const limitError = (timeoutMs: number, memoryMb: number): FlowError =>
  new FlowError(
    'X_FLOWS_EXPRESSION_LIMIT',
    `an expression took more than ${timeoutMs} ms or ${memoryMb} MB, twice; make it simpler`,
  );
const closedError = (): FlowError =>
  new FlowError('X_FLOWS_EXPRESSIONS_CLOSED', 'expressions are closed: the process is ending');
