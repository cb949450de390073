import { CodedError } from '@millrace/messaging';
import { parseCompletion } from '../completion.ts';
import { modelClosed } from '../inference/pool.ts';
import type { JudgementRequest, ModelIdentity, RemoteModel } from '../model.ts';

export { type SupportTexts, supportTexts } from './support-texts.ts';

/** What the provider of a scripted model answers: the text of a completion, or a failure it throws. */
export type Script = (request: JudgementRequest, signal: AbortSignal, turn: number) => string | Promise<string>;

export interface ScriptedModel extends RemoteModel {
  /** What it was asked, in order; each is paid for. */
  readonly asked: readonly JudgementRequest[];
}

const identity: ModelIdentity = { name: 'scripted', version: '1', hash: 'script', method: 'scripted' };

/**
 * A remote, paid model whose provider is the test. A real adapter under the model laws: it parses what it is told as
 * strictly as any, obeys its signal even where the script does not, and closes.
 */
export function createScriptedModel({
  tasks,
  script,
}: {
  readonly tasks: readonly string[];
  readonly script: Script;
}): ScriptedModel {
  const asked: JudgementRequest[] = [];
  let isClosed = false;
  return {
    placement: 'remote',
    effect: 'paid',
    tasks,
    asked,
    isReady: () => !isClosed,
    async judge(request, signal) {
      if (isClosed) throw modelClosed();
      signal.throwIfAborted();
      if (!tasks.includes(request.task)) {
        throw new CodedError('X_MODEL_TASK_UNKNOWN', `the script answers ${tasks.join(', ')}, not ${request.task}`, {
          disposition: { kind: 'halt' },
        });
      }
      asked.push(request);
      const said = await orAborted(Promise.resolve(script(request, signal, asked.length)), signal);
      return parseCompletion(said, request.taxonomy, identity);
    },
    close: async () => {
      isClosed = true;
    },
  };
}

/** The text of a well-formed completion. */
export function aCompletion(
  over: { readonly label?: string | null; readonly confidence?: number; readonly text?: string | null } = {},
): string {
  return JSON.stringify({ label: 'cards', confidence: 0.9, reason: null, ...over });
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
