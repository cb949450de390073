import { CodedError, retry } from '@millrace/messaging';
import type { Judgement, JudgementRequest } from '../model.ts';
import type { Answer, Question } from './question.ts';

/** Who is to answer. */
export type Voice = Pick<Question, 'pack' | 'mode'>;

export type Ask = (question: Question, signal: AbortSignal) => Promise<Answer>;
export type Gather = (request: JudgementRequest, voice: Voice, signal: AbortSignal) => Promise<Judgement>;

interface Gathering {
  readonly question: Question & { readonly tasks: Question['tasks'][number][] };
  readonly signal: AbortSignal;
  readonly answer: Promise<Answer>;
}

/**
 * Puts what is asked about one text without waiting in between into one question, for reading is what costs. One text
 * is the very same `parts` and `facts`, by identity: comparing texts would cost a part of what it saves.
 */
export function createGatherer(ask: Ask): Gather {
  let open = new Map<JudgementRequest['parts'], Gathering[]>();

  const close = (): void => {
    open = new Map();
  };

  const start = ({ parts, facts }: JudgementRequest, { pack, mode }: Voice, signal: AbortSignal): Gathering => {
    if (open.size === 0) queueMicrotask(close);
    const question: Gathering['question'] = { pack, mode, text: textOf(parts), facts, tasks: [] };
    const gathering = { question, signal, answer: Promise.resolve().then(() => ask(question, signal)) };
    const ofText = open.get(parts);
    if (ofText === undefined) open.set(parts, [gathering]);
    else ofText.push(gathering);
    return gathering;
  };

  return async (request, voice, signal) => {
    const { task, taxonomy } = request;
    const isSame = ({ question, signal: heard }: Gathering): boolean =>
      question.pack === voice.pack &&
      question.mode === voice.mode &&
      question.facts === request.facts &&
      heard === signal;
    const gathering = open.get(request.parts)?.find(isSame) ?? start(request, voice, signal);
    const at = gathering.question.tasks.push({ task, taxonomy }) - 1;
    const judgement = (await gathering.answer)[at];
    if (judgement !== undefined) return judgement;
    throw new CodedError('X_MODEL_MALFORMED', `the worker did not answer task ${task}`, { disposition: retry() });
  };
}

function textOf(parts: JudgementRequest['parts']): string {
  return parts
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n');
}
