import { type Compiled, compileExpression, isBounded } from './expression-check.ts';
import { failureText } from './expression-failure.ts';
import { createExpressionGuard } from './expression-guard.ts';
import { compileNullSafe, withoutNulls } from './expression-nulls.ts';
import { FlowError } from './problems.ts';

/**
 * Evaluates the expressions of flows without letting any of them hold or crash the process. In all of them null is missing
 * (infra/decisions/0011-null-is-missing-in-expressions.md).
 */
export interface Expressions {
  /** Throws `X_FLOWS_EXPRESSION_SYNTAX` now rather than on the first message. Runs nothing. */
  compile(text: string): void;
  /** The expression's value as JSON would keep it; undefined when it has none. Rejects with a `FlowError`. */
  evaluate(text: string, input: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Several over one input, which travels once. Settles like `Promise.all`. */
  evaluateAll(texts: readonly string[], input: unknown, signal?: AbortSignal): Promise<readonly unknown[]>;
  /** What waits is rejected. Idempotent. */
  close(): Promise<void>;
}

export interface ExpressionOptions {
  /** How much processor time one evaluation may take in a worker that is ready; default 100. */
  readonly timeoutMs?: number;
  /** Heap of the worker process in MB; default 64. */
  readonly memoryMb?: number;
  /** Another program than the worker, for tests. */
  readonly workerFile?: URL;
}

/** Flows have tens; operators' own filters must not add up for ever. */
const keptExpressions = 1_000;

/**
 * Comparisons of plain paths are evaluated here: their time is bounded by the value's size. Everything else goes to a
 * worker process that is killed when an evaluation runs over its time or memory. A thread would not do: a single large
 * allocation in it (`[1..9000000]`) ends the whole process, tried. The worker starts with the first such expression.
 */
export function createExpressions(options: ExpressionOptions = {}): Expressions {
  const { timeoutMs = 100, memoryMb = 64, workerFile } = options;
  /** Null: only the worker compiles it to run. */
  const compiled = new Map<string, Compiled | null>();
  const compile = (text: string): Compiled | null => {
    const known = compiled.get(text);
    if (known !== undefined) return known;
    const made = isBounded(compileExpression(text)) ? compileNullSafe(text) : null;
    if (compiled.size >= keptExpressions) compiled.clear();
    compiled.set(text, made);
    return made;
  };
  const guard = createExpressionGuard({
    timeoutMs,
    memoryMb,
    ...(workerFile === undefined ? {} : { workerFile }),
  });

  const evaluateAll = async (
    texts: readonly string[],
    input: unknown,
    signal?: AbortSignal,
  ): Promise<readonly unknown[]> => {
    signal?.throwIfAborted();
    const seen = withoutNulls(input);
    let json: string | undefined;
    const answers = texts.map((text) => {
      const here = compile(text);
      if (here !== null) return evaluateHere(text, here, seen);
      json ??= JSON.stringify(seen);
      return guard.evaluate(text, json, signal);
    });
    return await abortable(Promise.all(answers), signal);
  };
  return {
    compile: (text) => void compile(text),
    evaluate: async (text, input, signal) => (await evaluateAll([text], input, signal))[0],
    evaluateAll,
    close: guard.close,
  };
}

async function evaluateHere(text: string, expression: Compiled, input: unknown): Promise<unknown> {
  try {
    const result: unknown = await expression.evaluate(input);
    return Array.isArray(result) ? [...result] : result;
  } catch (error) {
    // Not as the cause: what JSONata throws holds the value.
    throw new FlowError('X_FLOWS_EXPRESSION_FAILED', failureText(text, error));
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
