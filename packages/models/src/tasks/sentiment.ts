import { abstained, accepted, hasWords, type Reading, type Verdict } from './reading.ts';

/** Below this the lexicon's score says nothing either way. */
const smallest = 0.05;

/** `negative`, `neutral` or `positive`, by a lexicon with negation. The confidence is an ordinal score, not a probability. */
export function judgeSentiment(reading: Reading): Verdict {
  if (!hasWords(reading.text)) return abstained('the text has no words');
  const score = reading.sentiment;
  const strength = Math.min(1, Math.abs(score));
  const contributions = score === 0 ? [] : [{ feature: 'lexicon', weight: Math.round(score * 1000) / 1000 }];
  if (strength < smallest) return accepted('neutral', 0.5, { contributions });
  return accepted(score > 0 ? 'positive' : 'negative', 0.5 + strength / 2, { contributions });
}
