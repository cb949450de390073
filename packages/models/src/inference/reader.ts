import { cut } from '@millrace/text';
import { eld } from 'eld/small';
import { connectUseLite, type Encoder } from '../embedded/encoder.ts';
import { expectEncoder, type Pack } from '../embedded/pack.ts';
import { argmax, combine, denseLog, type LogProbabilities, sparseLog, temper } from '../embedded/predict.ts';
import { languageSample } from '../tasks/language.ts';
import type { Reading } from '../tasks/reading.ts';
import type { Question } from './question.ts';
import { createSentimentReader } from './sentiment-reader.ts';

/** Reads a batch of texts once for all their tasks; the encoder is asked at most once per batch. */
export type Reader = (questions: readonly Question[]) => Promise<readonly Reading[]>;

export async function createReader(
  packs: ReadonlyMap<string, Pack>,
  { hasEncoder }: { readonly hasEncoder: boolean },
): Promise<Reader> {
  const encoder = hasEncoder ? await connectUseLite() : null;
  if (encoder !== null) for (const pack of packs.values()) expectEncoder(pack, encoder);
  const sentimentOf = createSentimentReader();
  return async (questions) => {
    const intents = await readIntents(questions, packs, encoder);
    return questions.map(({ text, facts, mode }, at) => {
      const language = once(() => languageOf(text));
      const sentiment = once(() => sentimentOf(text));
      return {
        text,
        facts,
        mode,
        intents: intents[at] as Float64Array,
        get language() {
          return language();
        },
        get sentiment() {
          return sentiment();
        },
      };
    });
  };
}

/** Tasks that the intents say nothing to. */
const withoutIntents = new Set(['sentiment', 'language']);

interface Quick {
  readonly pack: Pack;
  readonly text: string;
  readonly log: LogProbabilities;
  readonly intents: Float64Array;
  readonly isUnsure: boolean;
}

async function readIntents(
  questions: readonly Question[],
  packs: ReadonlyMap<string, Pack>,
  encoder: Encoder | null,
): Promise<readonly Float64Array[]> {
  const quick = questions.map((question) => readQuick(question, packOf(packs, question.pack)));
  const unsure = encoder === null ? [] : quick.filter(({ isUnsure }) => isUnsure);
  const vectors = await encoder?.embed(unsure.map(({ text, pack }) => cut(text, pack.manifest.encoder.characters)));
  return quick.map((one) => {
    const vector = vectors?.[unsure.indexOf(one)];
    if (vector === undefined) return one.intents;
    const { share, temperature } = one.pack.manifest;
    const dense = denseLog(vector, one.pack.dense);
    return combine(one.log, dense, { share, temperature: temperature.full });
  });
}

function readQuick({ text, mode, tasks }: Question, pack: Pack): Quick {
  const { temperature, cascade } = pack.manifest;
  const log = sparseLog(text, pack.sparse);
  const intents = temper(log, temperature.fast);
  const isAsked = tasks.some(({ task }) => !withoutIntents.has(task));
  const isSure = mode === 'fast' || (mode === 'cascade' && (intents[argmax(intents)] ?? 0) >= cascade.threshold);
  return { pack, text, log, intents, isUnsure: isAsked && !isSure };
}

function packOf(packs: ReadonlyMap<string, Pack>, name: string): Pack {
  const pack = packs.get(name);
  if (pack === undefined) throw new RangeError(`no pack ${name} was opened`);
  return pack;
}

/** Computes when first asked for; not every task needs everything. */
function once<T>(compute: () => T): () => T {
  let held: { readonly value: T } | null = null;
  return () => {
    held ??= { value: compute() };
    return held.value;
  };
}

function languageOf(text: string): Reading['language'] {
  const sample = languageSample(text);
  const found = sample === null ? null : eld.detect(sample);
  if (found === null || found.language === '') return { code: 'und', isReliable: false };
  return { code: found.language, isReliable: found.isReliable() };
}
