import { hostileRun } from '@millrace/conformance/hostile-texts';
import type { TextFunction } from '@millrace/conformance/text-cost';
import { cleanText } from '../src/clean-text.ts';
import { customerText } from '../src/customer-text/customer-text.ts';
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
  {
    name: 'customerText',
    bound: 'the classifier: 64,000 characters of a text',
    run: customerText,
    texts: [
      hostileRun('On Monday, 3 March 2025 at 10:14, Jo <jo@example.com>\n'),
      hostileRun('> a\nOn 3 March 2025 at 10:14 Jo wrote:\n'),
      hostileRun('---------- Forwarded message ---------\n'),
      hostileRun('<div class="gmail_quote">---------- Forwarded message ---------<br>'),
      hostileRun('From: a@b.c\nTo: d\nDate: e\n'),
      hostileRun('From: a@b.c\n\n'),
      hostileRun('Kind regards\n'),
      hostileRun('Kind regards\nJo\n'),
      hostileRun('Sent from my iPhone\n'),
      hostileRun('________\n'),
      hostileRun('If you received this message in error, delete this message. '),
      hostileRun('intended recipient '),
      hostileRun('intended recipient.\nA.\n'),
      hostileRun('a { b: c;\n'),
      hostileRun('a { b: c; }\n'),
      hostileRun('a { b: c; } '),
      { name: 'a contact line of one word', make: (length) => `Kind regards\n@a.${'a'.repeat(length - 16)}` },
      { name: 'an imprint of one word', make: (length) => `HRB 1, Amtsgericht ${'a'.repeat(length - 19)}` },
      { name: 'a style rule of blanks', make: (length) => `a {${' '.repeat(length - 4)}x` },
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
