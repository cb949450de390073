import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { deadLetterId, eventId, eventIdNamespace, outputId } from '../src/ids.ts';

describe('eventId', () => {
  it('is UUID version 5 of the JSON array under the published namespace', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null))), (parts) => {
        expect(eventId(parts)).toBe(v5(JSON.stringify(parts), eventIdNamespace));
      }),
    );
  });

  it('never changes between releases', () => {
    expect(eventId(['zendesk', 'evt_1'])).toBe(v5('["zendesk","evt_1"]', eventIdNamespace));
    expect(eventId(['zendesk', 'evt_1'])).toMatchInlineSnapshot(`"274ff481-930b-57a2-b46e-a9b5874a0f7c"`);
  });

  it('keeps parts apart that read the same when joined', () => {
    expect(eventId(['a', 'bc'])).not.toBe(eventId(['ab', 'c']));
    expect(eventId(['1'])).not.toBe(eventId([1]));
  });

  it('takes names far longer than its scratch space', () => {
    const long = 'ü'.repeat(5_000);
    expect(eventId([long])).toBe(v5(JSON.stringify([long]), eventIdNamespace));
    expect(eventId(['a'])).toBe(v5('["a"]', eventIdNamespace));
  });
});

describe('derived ids', () => {
  it('gives an output the same id whenever the same input is handled', () => {
    expect(outputId('p', 'enrich', 'ticket.enriched', 0, 0)).toBe(outputId('p', 'enrich', 'ticket.enriched', 0, 0));
    expect(outputId('p', 'enrich', 'ticket.enriched', 0, 1)).not.toBe(outputId('p', 'enrich', 'ticket.enriched', 0, 0));
  });

  it('gives a dead letter one id per origin and redrive', () => {
    const origin = { topic: 't', partition: 1, offset: 2 };
    expect(deadLetterId('g', origin, 0)).toBe(eventId(['g', 't', 1, 2, 0]));
    expect(deadLetterId('g', origin, 1)).not.toBe(deadLetterId('g', origin, 0));
  });
});
