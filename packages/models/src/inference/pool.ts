import { AbortWatch, CodedError, retry } from '@millrace/messaging';
import { Piscina } from 'piscina';
import type { Judgement } from '../model.ts';
import type { Answer, Question, WorkerSettings } from './question.ts';

export interface PoolOptions {
  readonly settings: WorkerSettings;
  readonly workers: number;
  /** A worker that has loaded and does not answer a batch by then is ended and replaced. */
  readonly batchTimeoutMs: number;
  /** More questions than this waiting are refused with `retry`: the pipeline's own bounds come first, this is the last. */
  readonly maxWaiting: number;
  /** A worker died or hung and another took its place. */
  readonly onWorkerReplaced?: (cause: unknown) => void;
  /** The worker's file; a test's own, to see what happens when it dies. */
  readonly workerFile?: URL;
}

/** Questions in, answers out, on worker threads. */
export interface InferencePool {
  /** Resolves with a judgement per task of the question. Aborting gives up waiting; the worker finishes its batch. */
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  /** Resolves when a worker has loaded everything; rejects with why it cannot. */
  warmUp(): Promise<void>;
  isReady(): boolean;
  close(): Promise<void>;
}

/** Texts per batch: what is waiting goes together, nobody waits for a batch to fill. */
const batchSize = 8;
const lostAfter = 2;
/** Loading is nobody's text's time: packs and encoder from a slow disk, on a machine with much else to do. */
const loadTimeoutMs = 120_000;

interface Waiting {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** How many workers died with this text on board; from the first on it travels alone. */
  losses: number;
  isGivenUp: boolean;
}

/**
 * Batches by what is waiting, one batch in flight per worker. A worker that dies or hangs is replaced and its texts are
 * asked again one by one, so that a text that kills workers is found and does not take its neighbours along.
 */
export function createInferencePool(options: PoolOptions): InferencePool {
  let threads = openThreads(options);
  let queue: Waiting[] = [];
  let inFlight = 0;
  let isWarm = false;
  let isClosed = false;
  const watch = new AbortWatch<Waiting>((waiting, reason) => {
    waiting.isGivenUp = true;
    waiting.reject(reason);
  });

  const answer = (waiting: Waiting, answered: Answer): void => {
    watch.delete(waiting, waiting.signal);
    waiting.resolve(answered);
  };

  const refuse = (waiting: Waiting, error: CodedError): void => {
    watch.delete(waiting, waiting.signal);
    waiting.reject(error);
  };

  const pump = (): void => {
    while (!isClosed && inFlight < options.workers && queue.length > 0) {
      const batch = takeBatch();
      if (batch.length === 0) return;
      inFlight++;
      void run(batch).finally(() => {
        inFlight--;
        pump();
      });
    }
  };

  const takeBatch = (): readonly Waiting[] => {
    queue = queue.filter((waiting) => !waiting.isGivenUp);
    const alone = queue[0];
    const count =
      alone !== undefined && alone.losses > 0 ? 1 : queue.slice(0, batchSize).filter((one) => one.losses === 0).length;
    return queue.splice(0, count);
  };

  const run = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const answers = await threads.ask(batch.map(({ question }) => question));
      isWarm = true;
      for (const [at, waiting] of batch.entries()) answer(waiting, answers[at] ?? []);
    } catch (error) {
      if (isClosed) for (const waiting of batch) refuse(waiting, modelClosed());
      else recover(batch, error);
    }
  };

  const recover = (batch: readonly Waiting[], error: unknown): void => {
    options.onWorkerReplaced?.(error);
    if (threads.isDead()) {
      void threads.close();
      threads = openThreads(options);
      isWarm = false;
    }
    if (error instanceof LoadFailure) {
      for (const waiting of batch) refuse(waiting, notLoaded(error.cause));
      return;
    }
    const again: Waiting[] = [];
    for (const waiting of batch) {
      waiting.losses++;
      if (waiting.losses < lostAfter) again.push(waiting);
      else refuse(waiting, lost(error));
    }
    queue = [...again, ...queue];
  };

  return {
    ask(question, signal) {
      if (isClosed) return Promise.reject(modelClosed());
      if (signal.aborted) return Promise.reject(signal.reason);
      if (queue.length >= options.maxWaiting) return Promise.reject(overloaded(options.maxWaiting));
      return new Promise((resolve, reject) => {
        const waiting: Waiting = { question, signal, resolve, reject, losses: 0, isGivenUp: false };
        watch.add(waiting, signal);
        queue.push(waiting);
        queueMicrotask(pump);
      });
    },
    async warmUp() {
      await threads.load();
      isWarm = true;
    },
    isReady: () => isWarm && !isClosed,
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const waiting of queue) refuse(waiting, modelClosed());
      queue = [];
      await threads.close();
    },
  };
}

interface Threads {
  /** Resolves when a thread has loaded everything; rejects with why it cannot. */
  load(): Promise<void>;
  /** Waits for that first: only then the time of the questions runs. Rejects with a `LoadFailure` when it cannot be had. */
  ask(questions: readonly Question[]): Promise<readonly Answer[]>;
  /** No thread is left and none will come: the pool gives up when one dies while loading. */
  isDead(): boolean;
  close(): Promise<void>;
}

function openThreads({ settings, workers, batchTimeoutMs, workerFile }: PoolOptions): Threads {
  const pool = new Piscina<readonly Question[], readonly (readonly Judgement[])[]>({
    filename: (workerFile ?? new URL('./worker.ts', import.meta.url)).href,
    workerData: { settings },
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
    // With the encoder a small young generation keeps 130 MB less of dead embeddings; without it a larger one is collected
    // less often. The cap ends a worker that leaks, and another takes over.
    resourceLimits: { maxYoungGenerationSizeMb: settings.hasEncoder ? 8 : 32, maxOldGenerationSizeMb: 512 },
  });
  // A worker that dies between tasks says so here; without a listener that would end the process.
  pool.on('error', () => {});
  let lastFailed = false;
  let loading: Promise<void> | undefined;
  const run = async (questions: readonly Question[], withinMs: number): Promise<readonly Answer[]> => {
    try {
      const answers = await pool.run(questions, { signal: AbortSignal.timeout(withinMs) });
      lastFailed = false;
      return answers;
    } catch (error) {
      lastFailed = true;
      // The thread that takes its place has to load again.
      loading = undefined;
      throw error;
    }
  };
  // A thread answers nothing, not even no question, before it has loaded.
  const load = (): Promise<void> => {
    loading ??= run([], loadTimeoutMs).then(() => undefined);
    return loading;
  };
  return {
    load,
    async ask(questions) {
      await load().catch((cause: unknown) => {
        throw new LoadFailure('a thread did not load', { cause });
      });
      return run(questions, batchTimeoutMs);
    },
    isDead: () => lastFailed && pool.threads.length === 0,
    close: () => pool.destroy(),
  };
}

class LoadFailure extends Error {}

/** Whatever was asked: an outage, and nobody's record is to blame. */
function notLoaded(cause: unknown): CodedError {
  return new CodedError('X_MODEL_WORKER_LOST', 'the inference worker cannot load its packs; the log says why', {
    disposition: retry(),
    unavailable: true,
    cause,
  });
}

function lost(cause: unknown): CodedError {
  const isTimeout = cause instanceof Error && cause.name === 'AbortError';
  return isTimeout
    ? new CodedError('X_MODEL_TIMEOUT', 'the inference worker did not answer within its time limit', {
        disposition: retry(),
        cause,
      })
    : new CodedError('X_MODEL_WORKER_LOST', 'the inference worker failed over this text, and so did its successor', {
        disposition: retry(),
        cause,
      });
}

export function modelClosed(): CodedError {
  return new CodedError('X_MODEL_CLOSED', 'the model was closed while the question waited', {
    disposition: retry(),
    unavailable: true,
  });
}

function overloaded(most: number): CodedError {
  return new CodedError('X_MODEL_OVERLOADED', `more than ${most} questions wait for the model`, {
    disposition: retry(),
    unavailable: true,
  });
}
