import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detect, resolveOverlaps } from '../src/detect.ts';
import { hardNegatives, positives } from './texts.ts';

const found = (text: string): readonly string[] =>
  detect(text).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

describe('detect', () => {
  it.each(positives)('finds exactly what is personal in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each(hardNegatives)('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('returns findings in order and never two over one place, on any text', () => {
    const pieces = fc.constantFrom(
      '4111 1111 1111 1111',
      'GB82WEST12345698765432',
      'a@b.co',
      '+1 212 555 0134',
      ' ',
      '\n',
      '7',
      'x',
      '-',
      '(',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const spans = detect(text);
        for (const [at, span] of spans.entries()) {
          expect(span.start).toBeGreaterThanOrEqual(spans[at - 1]?.end ?? 0);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it('keeps the surer of two findings over one place, then the longer', () => {
    const phone = { kind: 'PHONE', start: 0, end: 16, score: 0.6 } as const;
    const card = { kind: 'CARD', start: 0, end: 19, score: 0.9 } as const;
    expect(resolveOverlaps([phone, card])).toEqual([card]);
    expect(resolveOverlaps([phone, { ...card, score: 0.6 }])).toEqual([{ ...card, score: 0.6 }]);
  });
});
