import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { cleanText } from '../src/clean-text.ts';
import { detect, resolveOverlaps } from '../src/detect.ts';
import { detectCards } from '../src/detectors/card.ts';
import { detectEmails } from '../src/detectors/email.ts';
import { detectIbans } from '../src/detectors/iban.ts';
import { detectPhones } from '../src/detectors/phone.ts';
import { markupTokens } from '../src/markup/markup-tokens.ts';
import { maskText } from '../src/mask.ts';

const ofPrompt = 'the classifier: 8,000 characters of a text, 1,000 of a fact';

/** All that reads strangers' text in this package. */
export const textFunctions: readonly TextFunction[] = [
  {
    name: 'cleanText',
    bound: 'the classifier: 64,000 characters of a text',
    run: cleanText,
    texts: [
      hostileRun('<a style="font-size:0font-size:0'),
      {
        name: 'openings, then one style that hides and never closes',
        make: (length) =>
          `${'<a'.repeat(length / 4)} style="${'font-size:0'.repeat(length / 24)}">`.padEnd(length, '<'),
      },
      {
        name: 'one attribute of many hiding declarations',
        make: (length) => `<p style="${'display:none;'.repeat(length / 16)}">`.padEnd(length, 'x'),
      },
    ],
  },
  { name: 'markupTokens', bound: 'the classifier: 64,000 characters of a text', run: markupTokens },
  { name: 'detectEmails', bound: ofPrompt, run: detectEmails, texts: [hostileRun('a@b.'), hostileRun('%a@a')] },
  { name: 'detectIbans', bound: ofPrompt, run: detectIbans, texts: [hostileRun('DE89 3704 0044 0532 0130 0')] },
  { name: 'detectCards', bound: ofPrompt, run: detectCards, texts: [hostileRun('4 1-')] },
  { name: 'detectPhones', bound: ofPrompt, run: detectPhones, texts: [hostileRun('(1) '), hostileRun('1 x ')] },
  { name: 'detect', bound: ofPrompt, run: detect },
  {
    name: 'resolveOverlaps',
    bound: 'findings of one text',
    run: (text) =>
      resolveOverlaps(
        Array.from({ length: text.length / 10 }, (_, at) => ({
          kind: 'EMAIL',
          start: at * 4,
          end: at * 4 + 6,
          score: 1,
        })),
      ),
  },
  { name: 'maskText', bound: ofPrompt, run: (text) => maskText(text) },
  { name: 'maskText with asterisks', bound: ofPrompt, run: (text) => maskText(text, 'mask') },
];
