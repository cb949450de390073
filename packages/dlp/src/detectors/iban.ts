import validator from 'validator';
import type { Detection, Detector } from '../detection.ts';

const shape = /(?<![\p{L}\p{N}])([A-Z]{2})\d{2}/giu;
const longest = 34;
const shortest = 15;
const countries: ReadonlySet<string> = new Set(validator.ibanLocales);

/** International account numbers: a country's own format and mod 97, in upper or lower case, with or without spaces. */
export const detectIbans: Detector = (text) => {
  const found: Detection[] = [];
  for (const match of text.matchAll(shape)) {
    if (!countries.has((match[1] ?? '').toUpperCase())) continue;
    const end = endOfIban(text, match.index);
    if (end !== null) found.push({ kind: 'IBAN', start: match.index, end, score: 1 });
  }
  return found;
};

/** Takes characters one by one, because the words after a number in groups look like one more group. */
function endOfIban(text: string, start: number): number | null {
  let compact = '';
  for (let at = start; at < text.length && compact.length < longest; at++) {
    const character = text[at] ?? '';
    if (/[a-z0-9]/i.test(character)) {
      compact += character.toUpperCase();
      const isEnd = !/[\p{L}\p{N}]/u.test(text[at + 1] ?? ' ');
      if (isEnd && compact.length >= shortest && validator.isIBAN(compact)) return at + 1;
    } else if (!/[ -]/.test(character) || !/[a-z0-9]/i.test(text[at + 1] ?? '')) {
      return null;
    }
  }
  return null;
}
