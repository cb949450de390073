import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerText } from '../src/customer-text/customer-text.ts';
import { dutchMails } from './mails/dutch.ts';
import { englishMails } from './mails/english.ts';
import { germanMails } from './mails/german.ts';
import { htmlMails } from './mails/html.ts';
import type { Mail } from './mails/mail.ts';
import { ownWords } from './mails/own-words.ts';
import { programMails } from './mails/programs.ts';
import { romanceMails } from './mails/romance.ts';

const groups: Readonly<Record<string, readonly Mail[]>> = {
  English: englishMails,
  German: germanMails,
  'French, Spanish, Italian, Portuguese': romanceMails,
  Dutch: dutchMails,
  HTML: htmlMails,
  'other programs': programMails,
  'own words only': ownWords,
};
const mails = Object.values(groups).flat();

const even = (text: string): string => text.replace(/\s+/g, ' ');
const isIn = (mail: Mail, sentence: string): boolean => even(customerText(mail.text)).includes(even(sentence));

describe('customerText', () => {
  it.each(Object.entries(groups))('keeps what the customer said and cuts the rest: %s', (_group, list) => {
    const wrong = list.flatMap((mail) => [
      ...mail.keep.filter((sentence) => !isIn(mail, sentence)).map((sentence) => `${mail.name} lost: ${sentence}`),
      ...mail.cut.filter((sentence) => isIn(mail, sentence)).map((sentence) => `${mail.name} kept: ${sentence}`),
    ]);
    expect(wrong).toEqual([]);
  });

  it('keeps at least .97 of the sentences that customers said, and cuts at least .97 of the others', () => {
    const share = (of: 'keep' | 'cut', isRight: (mail: Mail, sentence: string) => boolean): number => {
      const all = mails.flatMap((mail) => mail[of].map((sentence) => isRight(mail, sentence)));
      return all.filter(Boolean).length / all.length;
    };
    const kept = share('keep', isIn);
    const cut = share('cut', (mail, sentence) => !isIn(mail, sentence));
    const count = (of: 'keep' | 'cut'): number => mails.reduce((sum, mail) => sum + mail[of].length, 0);
    process.stdout.write(
      `customer text, ${mails.length} mails: kept ${kept.toFixed(3)} of ${count('keep')} own sentences, cut ${cut.toFixed(3)} of ${count('cut')} others\n`,
    );
    expect(mails.length).toBeGreaterThanOrEqual(60);
    expect(kept).toBeGreaterThanOrEqual(0.97);
    expect(cut).toBeGreaterThanOrEqual(0.97);
  });

  it('leaves words where there were words, on any text', () => {
    const pieces = fc.constantFrom(
      '> a\n',
      '-- \n',
      'On 3 March 2025 at 10:14, Jo <jo@example.com> wrote:\n',
      '-----Original Message-----\n',
      '---------- Forwarded message ---------\n',
      'From: a@b.c\nSent: d\nTo: e\n',
      'Kind regards\n',
      'Sent from my iPhone\n',
      'This e-mail is confidential and for the intended recipient. ',
      '<blockquote>',
      '</blockquote>',
      '<div class="gmail_quote">',
      '</div>',
      '<br>',
      'a {b: c}\n',
      'Jo\n',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 12 }), (parts) => {
        const visible = parts.join('').replace(/<[^>]*>/g, '');
        const text = customerText(parts.join(''));
        expect(text.isWellFormed() || !parts.join('').isWellFormed()).toBe(true);
        if (/[\p{L}\p{N}]/u.test(visible) && !/[<&]/.test(visible)) expect(text).toMatch(/[\p{L}\p{N}]/u);
      }),
    );
  });

  it('changes nothing of a text the second time that it was not given the first', () => {
    for (const { text } of mails) {
      const once = customerText(text);
      expect(customerText(once).length).toBeLessThanOrEqual(once.length);
    }
  });
});
