import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Compiled } from './expression-check.ts';
import { failureText } from './expression-failure.ts';
import { type ExpressionAnswer, type ExpressionBatch, type WorkerOptions, workerReady } from './expression-lane.ts';
import { compileNullSafe } from './expression-nulls.ts';

/** Holds the number of the evaluation that runs now; the watchdog reads it. */
const running = new Int32Array(new SharedArrayBuffer(4));
const compiled = new Map<string, Compiled>();
const keptExpressions = 1000;

const watchdog = new Worker(new URL('./expression-watchdog.ts', import.meta.url), {
  workerData: { ...(JSON.parse(process.argv[2] ?? '{}') as WorkerOptions), shared: running.buffer },
});

function compile(text: string): Compiled {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= keptExpressions) compiled.clear();
  const expression = compileNullSafe(text);
  compiled.set(text, expression);
  return expression;
}

async function evaluate(id: number, text: string, input: unknown): Promise<ExpressionAnswer> {
  try {
    // JSON drops what JSONata hangs on its results (sequence marks, functions) and makes them safe to send.
    const result: unknown = await compile(text).evaluate(input);
    return { id, json: JSON.stringify(result) };
  } catch (error) {
    return { id, failure: failureText(text, error) };
  }
}

process.on('message', async (batch: ExpressionBatch) => {
  const answers: ExpressionAnswer[] = [];
  for (const { json, asked } of batch) {
    for (const { id, text } of asked) {
      Atomics.store(running, 0, id);
      answers.push(await evaluate(id, text, JSON.parse(json)));
    }
  }
  Atomics.store(running, 0, 0);
  process.send?.(answers);
});
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent still drains and needs its answers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

// What the first evaluation of a process costs is paid before anybody's time is taken.
const warmUp = '$map([1, 2], function($n) { { "text": $uppercase("a") & $string($n), "is": $n > 1 } })';
for (let round = 0; round < 20; round++) await compileNullSafe(warmUp).evaluate({});
await once(watchdog, 'message');
process.send?.(workerReady);
