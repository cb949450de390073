import { abstained, accepted, type Reading, type Verdict } from './reading.ts';

/** Below this many letters every detector guesses. */
export const fewestLetters = 20;

/** ISO 639-1, or `und` where the text is too short to tell. */
export function judgeLanguage(reading: Reading): Verdict {
  const { code, isReliable } = reading.language;
  if (code === 'und') {
    return abstained(`the text has fewer than ${fewestLetters} letters`, { label: 'und', confidence: 0.1 });
  }
  if (!isReliable) return abstained('the detector is not sure of the language', { label: code, confidence: 0.5 });
  return accepted(code, 0.95);
}

const letter = /\p{L}/gu;

/** Stops counting once there are enough. */
export function hasLetters(text: string, fewest: number): boolean {
  letter.lastIndex = 0;
  for (let found = 0; found < fewest; found++) if (!letter.test(text)) return false;
  return true;
}
