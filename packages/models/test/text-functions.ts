import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { eld } from 'eld/small';
import { countFeatures, weigh, words } from '../src/embedded/features.ts';
import { createSentimentReader } from '../src/inference/sentiment-reader.ts';
import { languageSample } from '../src/tasks/language.ts';
import { judgePriority, type Scorecard } from '../src/tasks/priority.ts';
import { hasWords, type Reading } from '../src/tasks/reading.ts';

const bound = 'the classifier: 8,000 characters of each of six texts, on a worker thread';
const buckets = 2 ** 12;
const idf = new Float32Array(buckets).fill(1);

const readSentiment = createSentimentReader();
const card: Scorecard = {
  version: '1',
  base: 0,
  phrases: [{ feature: 'urgent', points: 1, phrases: ['urgent', 'as soon as possible'] }],
  intents: {},
  facts: { 'account.tier': { gold: 1 } },
  sentiment: { negative: 1, positive: 1 },
  bands: { normal: 1, high: 2, urgent: 3 },
};
const readingOf = (text: string): Reading => ({
  text,
  facts: [{ name: 'account.tier', value: text }],
  intents: new Float64Array(),
  mode: 'fast',
  language: { code: 'en', isReliable: true },
  sentiment: 0,
});

/** All that reads strangers' text in this package. The encoder is shown 400 characters and no more. */
export const textFunctions: readonly TextFunction[] = [
  { name: 'words', bound, run: words, texts: [hostileRun("a'"), hostileRun('a’a')] },
  { name: 'countFeatures', bound, run: (text) => weigh(countFeatures(text, buckets), idf) },
  { name: 'hasWords', bound, run: hasWords },
  {
    name: 'languageSample',
    bound,
    run: languageSample,
    texts: [hostileRun('a1 '), { name: 'a code that is none', make: (length) => `${'1'.repeat(length - 1)}é` }],
  },
  { name: 'eld.detect', bound, run: (text) => eld.detect(text) },
  // The library costs 2 ms per 1,000 characters and keeps every word; twice the most that it ever sees is enough.
  { name: 'sentiment', bound, run: readSentiment, longest: 100_000 },
  { name: 'judgePriority', bound, run: (text) => judgePriority(readingOf(text), card, { intents: [] }) },
];
