import { CodedError, halt } from '@millrace/messaging';
import { loadPackFolder, tasksOf } from './inference/judge.ts';
import { createInferencePool, type InferencePool } from './inference/pool.ts';
import type { Answer, Question } from './inference/question.ts';
import type { ClassifyMode, EmbeddedModel, Judgement, JudgementRequest } from './model.ts';

export interface EmbeddedModelOptions {
  /** Folder with `pack.json`, `tfidf.bin`, `dense.bin`, and, where the tasks are wanted, `priority.json` and `answers.jsonl`. */
  readonly packFolder: string;
  readonly mode: ClassifyMode;
  /** Threads; each has its own copy of the weights (about 170 MB with the encoder). */
  readonly workers?: number;
  readonly batchTimeoutMs?: number;
  readonly maxWaiting?: number;
  /** For tests of what happens when a worker dies. */
  readonly workerFile?: URL;
}

/**
 * Opens a pack on worker threads. Resolves when a worker has loaded it, so a wrong pack fails the start and not a record.
 * Questions about one text that arrive together (a ticket's category, priority, sentiment …) are read once.
 */
export async function connectEmbeddedModel(options: EmbeddedModelOptions): Promise<EmbeddedModel> {
  const { packFolder, mode, workerFile } = options;
  const tasks = tasksOf(await loadPackFolder(packFolder));
  const pool = createInferencePool({
    settings: { packFolder, mode },
    workers: options.workers ?? 1,
    batchTimeoutMs: options.batchTimeoutMs ?? 30_000,
    maxWaiting: options.maxWaiting ?? 10_000,
    ...(workerFile === undefined ? {} : { workerFile }),
  });
  await pool.warmUp();
  const gather = createGatherer(pool);
  return {
    placement: 'embedded',
    effect: 'none',
    tasks,
    judge(request, signal) {
      if (!tasks.includes(request.task)) return Promise.reject(unknownTask(request.task, tasks));
      return gather(request, signal);
    },
    isReady: () => pool.isReady(),
    close: () => pool.close(),
  };
}

type Gather = (request: JudgementRequest, signal: AbortSignal) => Promise<Judgement>;

interface Gathering {
  readonly question: Question & { readonly tasks: Question['tasks'][number][] };
  readonly answer: Promise<Answer>;
}

/** Puts the requests of one turn of the event loop that share text, facts and signal into one question. */
function createGatherer(pool: InferencePool): Gather {
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
      return pool.ask(question, signal);
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
