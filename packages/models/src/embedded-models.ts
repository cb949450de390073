import { CodedError, halt } from '@millrace/messaging';
import { createGatherer, type Gather, type Voice } from './inference/gatherer.ts';
import { loadPackFolder, tasksOf } from './inference/judge.ts';
import { createInferencePool, type InferencePool, modelClosed } from './inference/pool.ts';
import type { ClassifyMode, EmbeddedModel } from './model.ts';

export interface EmbeddedModelsOptions {
  /** Folder by pack name, each with `pack.json`, `tfidf.bin`, `dense.bin`, and, where the tasks are wanted, `priority.json` and `answers.jsonl`. */
  readonly packs: Readonly<Record<string, string>>;
  /** The modes that will be asked for: `fast` alone leaves the encoder out, which is most of the memory. */
  readonly modes: readonly ClassifyMode[];
  /** Threads; each has its own copy of the weights, 200 to 300 MB at full speed. One when absent. */
  readonly workers?: number;
  /** 30 s when absent. */
  readonly batchTimeoutMs?: number;
  readonly maxWaiting?: number;
  readonly onWorkerReplaced?: (cause: unknown) => void;
  /** For tests of what happens when a worker dies. */
  readonly workerFile?: URL;
}

/** Packs on worker threads that all models share. */
export interface EmbeddedModels {
  /** One pack in one mode. Its `close` ends its own answers only: the threads are everybody's. */
  model(pack: string, mode: ClassifyMode): EmbeddedModel;
  isReady(): boolean;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens packs on worker threads. Resolves when a worker has loaded them, so a wrong pack fails the start and not a record.
 * What is asked of one text together (a ticket's category, priority, sentiment …) is read once, whichever models of a
 * pack and mode are asked: requests with the very same parts, facts and signal, made without waiting in between.
 */
export async function connectEmbeddedModels(options: EmbeddedModelsOptions): Promise<EmbeddedModels> {
  const { packs, modes, workerFile, onWorkerReplaced } = options;
  const tasks = new Map<string, readonly string[]>();
  for (const [name, folder] of Object.entries(packs)) tasks.set(name, tasksOf(await loadPackFolder(folder)));
  const pool = createInferencePool({
    settings: { packs, hasEncoder: modes.some((mode) => mode !== 'fast') },
    workers: options.workers ?? 1,
    batchTimeoutMs: options.batchTimeoutMs ?? 30_000,
    maxWaiting: options.maxWaiting ?? 10_000,
    ...(onWorkerReplaced === undefined ? {} : { onWorkerReplaced }),
    ...(workerFile === undefined ? {} : { workerFile }),
  });
  try {
    await pool.warmUp();
  } catch (error) {
    await pool.close();
    throw error;
  }
  const gather = createGatherer((question, signal) => pool.ask(question, signal));
  return {
    model(pack, mode) {
      const known = tasks.get(pack);
      if (known === undefined || !modes.includes(mode))
        throw new RangeError(`pack ${pack} was not opened for mode ${mode}`);
      return createModel(pool, gather, { pack, mode, tasks: known });
    },
    isReady: () => pool.isReady(),
    close: () => pool.close(),
  };
}

function createModel(pool: InferencePool, gather: Gather, voice: Voice & Pick<EmbeddedModel, 'tasks'>): EmbeddedModel {
  const { tasks } = voice;
  let isClosed = false;
  return {
    placement: 'embedded',
    effect: 'none',
    tasks,
    judge(request, signal) {
      if (isClosed) return Promise.reject(modelClosed());
      if (signal.aborted) return Promise.reject(signal.reason);
      if (!tasks.includes(request.task)) return Promise.reject(unknownTask(request.task, tasks));
      return gather(request, voice, signal);
    },
    isReady: () => !isClosed && pool.isReady(),
    close: async () => {
      isClosed = true;
    },
  };
}

function unknownTask(task: string, tasks: readonly string[]): CodedError {
  return new CodedError('X_MODEL_TASK_UNKNOWN', `the embedded pack answers ${tasks.join(', ')}, not ${task}`, {
    disposition: halt,
  });
}
