import { CodedError, halt } from '@millrace/messaging';
import { loadPackFolder, tasksOf } from './inference/judge.ts';
import { createInferencePool, type InferencePool, modelClosed } from './inference/pool.ts';
import type { Answer, Question } from './inference/question.ts';
import type { ClassifyMode, EmbeddedModel, Judgement, JudgementRequest } from './model.ts';

export interface EmbeddedModelsOptions {
  /** Folder by pack name, each with `pack.json`, `tfidf.bin`, `dense.bin`, and, where the tasks are wanted, `priority.json` and `answers.jsonl`. */
  readonly packs: Readonly<Record<string, string>>;
  /** The modes that will be asked for: `fast` alone leaves the encoder out, which is most of the memory. */
  readonly modes: readonly ClassifyMode[];
  /** Threads; each has its own copy of the weights (about 250 MB with the encoder). One when absent. */
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
 * Questions about one text that arrive together (a ticket's category, priority, sentiment …) are read once.
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
  return {
    model(pack, mode) {
      const known = tasks.get(pack);
      if (known === undefined || !modes.includes(mode))
        throw new RangeError(`pack ${pack} was not opened for mode ${mode}`);
      return createModel(pool, { pack, mode, tasks: known });
    },
    isReady: () => pool.isReady(),
    close: () => pool.close(),
  };
}

interface Voice {
  readonly pack: string;
  readonly mode: ClassifyMode;
  readonly tasks: readonly string[];
}

function createModel(pool: InferencePool, { pack, mode, tasks }: Voice): EmbeddedModel {
  const gather = createGatherer((question, signal) => pool.ask({ ...question, pack, mode }, signal));
  let isClosed = false;
  return {
    placement: 'embedded',
    effect: 'none',
    tasks,
    judge(request, signal) {
      if (isClosed) return Promise.reject(modelClosed());
      if (!tasks.includes(request.task)) return Promise.reject(unknownTask(request.task, tasks));
      return gather(request, signal);
    },
    isReady: () => !isClosed && pool.isReady(),
    close: async () => {
      isClosed = true;
    },
  };
}

type Ask = (question: Omit<Question, 'pack' | 'mode'>, signal: AbortSignal) => Promise<Answer>;
type Gather = (request: JudgementRequest, signal: AbortSignal) => Promise<Judgement>;

interface Gathering {
  readonly question: Pick<Question, 'text' | 'facts'> & { readonly tasks: Question['tasks'][number][] };
  readonly answer: Promise<Answer>;
}

/** Puts the requests of one turn of the event loop that share text, facts and signal into one question. */
function createGatherer(ask: Ask): Gather {
  const open = new Map<AbortSignal, Map<string, Gathering>>();
  return async (request, signal) => {
    signal.throwIfAborted();
    const text = textOf(request);
    const key = JSON.stringify([text, request.facts]);
    const ofSignal = open.get(signal) ?? new Map<string, Gathering>();
    open.set(signal, ofSignal);
    const gathering = ofSignal.get(key) ?? start(text, request, signal);
    ofSignal.set(key, gathering);
    const at = gathering.question.tasks.push({ task: request.task, taxonomy: request.taxonomy }) - 1;
    const judgement = (await gathering.answer)[at];
    if (judgement === undefined) {
      throw new CodedError('X_MODEL_MALFORMED', `the worker did not answer task ${request.task}`, {
        disposition: { kind: 'retry' },
      });
    }
    return judgement;
  };

  function start(text: string, request: JudgementRequest, signal: AbortSignal): Gathering {
    const question = { text, facts: request.facts, tasks: [] };
    const answer = Promise.resolve().then(() => {
      open.delete(signal);
      return ask(question, signal);
    });
    return { question, answer };
  }
}

function textOf({ parts }: JudgementRequest): string {
  return parts
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n');
}

function unknownTask(task: string, tasks: readonly string[]): CodedError {
  return new CodedError('X_MODEL_TASK_UNKNOWN', `the embedded pack answers ${tasks.join(', ')}, not ${task}`, {
    disposition: halt,
  });
}
