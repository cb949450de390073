import { abstained, accepted, type Reading, type Verdict } from './reading.ts';

/** Below either, every detector guesses: of two words in ten languages one in six was wrong, of four words none. */
export const fewestLetters = 20;
export const fewestWords = 4;

/** ISO 639-1, or `und` where the text is too short to tell. */
export function judgeLanguage(reading: Reading): Verdict {
  const { code, isReliable } = reading.language;
  if (code === 'und') {
    return abstained(`the text has fewer than ${fewestLetters} letters or ${fewestWords} words`, {
      label: 'und',
      confidence: 0.1,
    });
  }
  if (!isReliable) return abstained('the detector is not sure of the language', { label: code, confidence: 0.5 });
  return accepted(code, 0.95);
}

/** What tells a language: words, without addresses, links and codes. Null where there is too little of it. */
export function languageSample(text: string): string | null {
  const sample = text
    .split(/\s+/)
    .filter((piece) => !isForeignToAll(piece))
    .join(' ');
  if (!has(letter, sample, fewestLetters)) return null;
  // Words of these scripts have nothing between them.
  return has(unspaced, sample, fewestLetters) || has(word, sample, fewestWords) ? sample : null;
}

const letter = /\p{L}/gu;
const word = /[\p{L}\p{M}]+/gu;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

function isForeignToAll(piece: string): boolean {
  return piece.includes('@') || piece.includes('://') || /^www\./i.test(piece) || isCode(piece);
}

/** A number of something. Digits stand within words where words have nothing between them, so only in ASCII. */
function isCode(piece: string): boolean {
  return /\d/.test(piece) && !/\P{ASCII}/u.test(piece);
}

/** Stops counting once there are enough. */
function has(what: RegExp, text: string, fewest: number): boolean {
  what.lastIndex = 0;
  for (let found = 0; found < fewest; found++) if (!what.test(text)) return false;
  return true;
}
