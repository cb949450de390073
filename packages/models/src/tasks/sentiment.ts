import { abstained, accepted, hasWords, type Reading, round, type Verdict } from './reading.ts';

/** Below this the lexicon's score says nothing either way. */
const smallest = 0.05;
/** Below this a single word has decided, and often the wrong one. */
const sure = 0.2;

/** `negative`, `neutral` or `positive`, by a lexicon with negation. The confidence is an ordinal score, not a probability. */
export function judgeSentiment(reading: Reading): Verdict {
  if (!hasWords(reading.text)) return abstained('the text has no words');
  const score = reading.sentiment;
  const strength = Math.min(1, Math.abs(score));
  const contributions = score === 0 ? [] : [{ feature: 'lexicon', weight: Math.round(score * 1000) / 1000 }];
  if (strength < smallest) return accepted('neutral', 0.5, { contributions });
  const label = score > 0 ? 'positive' : 'negative';
  const confidence = 0.5 + strength / 2;
  if (strength >= sure) return accepted(label, confidence, { contributions });
  return abstained('the words hardly lean to either side', { label, confidence: round(confidence), contributions });
}
