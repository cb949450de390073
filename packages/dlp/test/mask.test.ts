import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detect } from '../src/detect.ts';
import { createMasker, maskText } from '../src/mask.ts';

describe('maskText', () => {
  it('replaces each value by a placeholder, the same value by the same one', () => {
    const { text, counts } = maskText('a@b.com paid with 4111 1111 1111 1111; A@B.com called from +49 30 901820');
    expect(text).toBe('[EMAIL_1] paid with [CARD_1]; [EMAIL_1] called from [PHONE_1]');
    expect(counts).toEqual({ EMAIL: 2, CARD: 1, PHONE: 1 });
  });

  it('stars values of their own length and leaves a card its last four digits', () => {
    expect(maskText('4111 1111 1111 1111, a@b.com', 'mask').text).toBe('**** **** **** 1111, *@*.***');
  });

  it('sees through invisible characters and full-width digits', () => {
    expect(maskText('a\u200B@b\u2060.com, ４１１１ １１１１ １１１１ １１１１').text).toBe('[EMAIL_1], [CARD_1]');
  });

  it('numbers the values of one record alike in all its texts', () => {
    const masker = createMasker();
    expect(masker.mask('from x@example.com').text).toBe('from [EMAIL_1]');
    expect(masker.mask('y@example.com, x@example.com').text).toBe('[EMAIL_2], [EMAIL_1]');
  });

  it('leaves nothing that the detectors would find again', () => {
    const values = fc.constantFrom(
      'jo@example.com',
      '4111111111111111',
      'DE89 3704 0044 0532 0130 00',
      '+1 415 555 0132',
      'GB82WEST12345698765432',
    );
    const words = fc.constantFrom(' please ', ', ', '\n', ' call ', ' card ', '; ', ' (', ') ', ' 12 ', ' +');
    fc.assert(
      fc.property(fc.array(fc.tuple(values, words), { minLength: 1, maxLength: 6 }), (parts) => {
        for (const operator of ['placeholder', 'mask'] as const) {
          expect(detect(maskText(parts.flat().join(''), operator).text)).toEqual([]);
        }
      }),
    );
  });
});
