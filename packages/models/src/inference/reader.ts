import { eld } from 'eld/small';
import winkModel from 'wink-eng-lite-web-model';
import winkNlp from 'wink-nlp';
import { connectUseLite, type Encoder } from '../embedded/encoder.ts';
import type { Pack } from '../embedded/pack.ts';
import { argmax, combine, denseLog, type LogProbabilities, sparseLog, temper } from '../embedded/predict.ts';
import type { ClassifyMode } from '../model.ts';
import { countLetters, fewestLetters } from '../tasks/language.ts';
import type { Reading } from '../tasks/reading.ts';
import type { Question } from './question.ts';

/** Reads a batch of texts once for all their tasks; the encoder is asked at most once per batch. */
export type Reader = (questions: readonly Question[]) => Promise<readonly Reading[]>;

/** Opens what the mode needs: `fast` never loads the encoder, which is most of the memory. */
export async function createReader(pack: Pack, mode: ClassifyMode): Promise<Reader> {
  const encoder = mode === 'fast' ? null : await connectUseLite();
  const nlp = winkNlp(winkModel, ['sbd', 'negation', 'sentiment']);
  const sentimentOf = (text: string): number => {
    const score: unknown = nlp.readDoc(text).out(nlp.its.sentiment);
    return typeof score === 'number' ? score : 0;
  };
  return async (questions) => {
    const heads = await readIntents(questions, pack, { encoder, mode });
    return questions.map(({ text, facts }, at) => ({
      text,
      facts,
      ...(heads[at] as Heads),
      language: languageOf(text),
      sentiment: sentimentOf(text),
    }));
  };
}

type Heads = Pick<Reading, 'intents' | 'heads'>;

async function readIntents(
  questions: readonly Question[],
  pack: Pack,
  { encoder, mode }: { readonly encoder: Encoder | null; readonly mode: ClassifyMode },
): Promise<readonly Heads[]> {
  const { manifest } = pack;
  const logs = questions.map(({ text }) => sparseLog(text, pack.sparse));
  const quick = logs.map((log) => temper(log, manifest.temperature.fast));
  const asked = quick.flatMap((row, at) => (needsEncoder(row, mode, manifest.cascade.threshold) ? [at] : []));
  const vectors =
    encoder === null || asked.length === 0 ? [] : await encoder.embed(asked.map((at) => head(questions, at, pack)));
  return quick.map((row, at) => {
    const vector = vectors[asked.indexOf(at)];
    if (vector === undefined) return { intents: row, heads: 'tf-idf' };
    const { share, temperature } = manifest;
    const dense = denseLog(vector, pack.dense);
    return {
      intents: combine(logs[at] as LogProbabilities, dense, { share, temperature: temperature.full }),
      heads: 'ensemble',
    };
  });
}

function needsEncoder(row: Float64Array, mode: ClassifyMode, threshold: number): boolean {
  if (mode === 'fast') return false;
  return mode === 'full' || (row[argmax(row)] ?? 0) < threshold;
}

function head(questions: readonly Question[], at: number, pack: Pack): string {
  return (questions[at]?.text ?? '').slice(0, pack.manifest.encoder.characters);
}

function languageOf(text: string): Reading['language'] {
  if (countLetters(text) < fewestLetters) return { code: 'und', isReliable: false };
  const found = eld.detect(text);
  if (found.language === '') return { code: 'und', isReliable: false };
  return { code: found.language, isReliable: found.isReliable() };
}
