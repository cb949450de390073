import { Worker } from 'node:worker_threads';
import jsonata from 'jsonata';
import { failureText } from './expression-check.ts';
import type { ExpressionAnswer, ExpressionBatch, WorkerOptions } from './expression-guard.ts';

/** Holds the number of the evaluation that runs now; the watchdog reads it. */
const running = new Int32Array(new SharedArrayBuffer(4));
const compiled = new Map<string, jsonata.Expression>();
const keptExpressions = 1000;

new Worker(new URL('./expression-watchdog.ts', import.meta.url), {
  workerData: { ...(JSON.parse(process.argv[2] ?? '{}') as WorkerOptions), shared: running.buffer },
});

function compile(text: string): jsonata.Expression {
  const known = compiled.get(text);
  if (known) return known;
  if (compiled.size >= keptExpressions) compiled.clear();
  const expression = jsonata(text);
  compiled.set(text, expression);
  return expression;
}

async function evaluate(id: number, text: string, input: unknown): Promise<ExpressionAnswer> {
  try {
    // JSON drops what JSONata hangs on its results (sequence marks, functions) and makes them safe to send.
    const result: unknown = await compile(text).evaluate(input);
    return { id, json: JSON.stringify(result) };
  } catch (error) {
    return { id, failure: failureText(error) };
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
