import { describe, expect, it } from '@jest/globals';
import type { PackManifest } from '../../src/embedded/manifest.ts';
import { judgeCategory } from '../../src/tasks/category.ts';
import { judgeLanguage, languageSample } from '../../src/tasks/language.ts';
import { judgePriority, type Scorecard } from '../../src/tasks/priority.ts';
import type { Reading } from '../../src/tasks/reading.ts';
import { judgeReply } from '../../src/tasks/reply.ts';
import { judgeSentiment } from '../../src/tasks/sentiment.ts';

const manifest = {
  intents: ['lost', 'stolen', 'rate'],
  queues: { lost: 'cards', stolen: 'cards', rate: 'exchange' },
  thresholds: { cards: 0.6, exchange: 0.6 },
  leastIntent: 0.4,
  language: 'en',
} as unknown as PackManifest;

const any = { labels: [] };

function aReading(over: Partial<Reading> = {}): Reading {
  return {
    text: 'I lost my card',
    facts: [],
    intents: Float64Array.of(0.6, 0.3, 0.1),
    mode: 'full',
    language: { code: 'en', isReliable: true },
    sentiment: 0,
    ...over,
  };
}

describe('category', () => {
  it('is the queue whose intents are most probable together, with the intents as contributions', () => {
    expect(judgeCategory(aReading(), manifest, any)).toMatchObject({
      label: 'cards',
      decision: 'accepted',
      confidence: 0.9,
      contributions: [
        { feature: 'intent:lost', weight: 0.6 },
        { feature: 'intent:stolen', weight: 0.3 },
        { feature: 'intent:rate', weight: 0.1 },
      ],
    });
  });

  it.each([
    ['below its threshold', { intents: Float64Array.of(0.5, 0.05, 0.45) }, 'threshold'],
    ['spread over intents that say little each', { intents: Float64Array.of(0.35, 0.35, 0.3) }, 'something else'],
    ['in another language', { language: { code: 'de', isReliable: true } }, 'de'],
    ['without words', { text: ' !? ' }, 'no words'],
  ])('abstains with a reason when the text is %s', (_what, over, reason) => {
    expect(judgeCategory(aReading(over), manifest, any)).toMatchObject({
      decision: 'abstained',
      reason: expect.stringContaining(reason),
    });
  });

  it('judges a text too short to tell its language', () => {
    expect(judgeCategory(aReading({ language: { code: 'und', isReliable: false } }), manifest, any).decision).toBe(
      'accepted',
    );
  });

  it('abstains when its label is not in the declared taxonomy', () => {
    expect(judgeCategory(aReading(), manifest, { labels: ['exchange'] })).toMatchObject({
      decision: 'abstained',
      label: null,
    });
  });
});

describe('language', () => {
  it.each([
    ['two words, of which one in six is taken for another language', 'Überweisungsauftrag widerrufen'],
    ['few letters', 'Card stolen, help me'],
    [
      'an address, a link and codes',
      'jo@example.com https://example.com/orders/latest ORDER4711ABC XK-22-9 please help',
    ],
    ['no words', '1234 5678 !!! …'],
  ])('is not told from %s', (_what, text) => {
    expect(languageSample(text)).toBeNull();
  });

  it.each([
    ['I can not find the invoice', 'I can not find the invoice'],
    ['Where is my order AB4711C of 3 March?', 'Where is my order of March?'],
    [
      '昨日からアプリにログインできません。どうすればいいですか',
      '昨日からアプリにログインできません。どうすればいいですか',
    ],
  ])('is told from the words of %j', (text, sample) => {
    expect(languageSample(text)).toBe(sample);
  });

  it('is und, abstained, for a text too short to tell', () => {
    expect(judgeLanguage(aReading({ language: { code: 'und', isReliable: false } }))).toMatchObject({
      label: 'und',
      decision: 'abstained',
    });
  });
});

describe('sentiment', () => {
  it.each([
    [-0.6, 'negative'],
    [0.01, 'neutral'],
    [0.4, 'positive'],
  ])('of score %d is %s', (sentiment, label) => {
    expect(judgeSentiment(aReading({ sentiment })).label).toBe(label);
  });
  it('abstains when a faint score is all there is', () => {
    expect(judgeSentiment(aReading({ sentiment: 0.06 }))).toMatchObject({
      label: 'positive',
      decision: 'abstained',
      confidence: 0.53,
    });
    expect(judgeSentiment(aReading({ sentiment: -0.2 })).decision).toBe('accepted');
  });
});

describe('priority', () => {
  const card: Scorecard = {
    version: '1',
    base: 1,
    phrases: [{ feature: 'urgency', points: 3, phrases: ['urgent', 'right now'] }],
    intents: { stolen: 4 },
    facts: { 'account.tier': { gold: 1 } },
    sentiment: { negative: 1, positive: -0.5 },
    bands: { normal: 0.75, high: 3, urgent: 5.5 },
  };

  it('adds published points, and its contributions add up to them', () => {
    const verdict = judgePriority(
      aReading({
        text: 'URGENT: right now!',
        facts: [{ name: 'account.tier', value: 'Gold' }],
        intents: Float64Array.of(0.5, 0.5, 0),
        sentiment: -0.5,
      }),
      card,
      manifest,
    );
    expect(verdict).toMatchObject({ label: 'urgent', decision: 'accepted', reason: null });
    expect(verdict.contributions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(7.5, 2);
    expect(verdict.contributions[0]).toEqual({ feature: 'words:urgency', weight: 3 });
  });

  it('knows phrases as whole words only', () => {
    const of = (text: string): string | null =>
      judgePriority(aReading({ text, intents: new Float64Array(3) }), card, manifest).label;
    expect(of('the insurgents')).toBe('normal');
    expect(of('this is urgent.')).toBe('high');
  });
});

describe('reply', () => {
  const answers = [
    { id: 'lost', intents: ['lost'], question: 'I lost my card', answer: 'Freeze it.' },
    { id: 'lost-abroad', intents: ['lost'], question: 'I lost my card on holiday abroad', answer: 'Call us.' },
    { id: 'rate', intents: ['rate'], question: 'What rate is it', answer: 'The bank rate.' },
  ];

  it('is an approved answer word for word, the one whose question is nearest', () => {
    const of = (text: string): unknown =>
      judgeReply(aReading({ text, intents: Float64Array.of(0.9, 0.1, 0) }), answers, manifest).text;
    expect(of('lost my card')).toBe('Freeze it.');
    expect(of('lost my card on holiday')).toBe('Call us.');
  });

  it('carries no text when no answer is likely enough', () => {
    const verdict = judgeReply(aReading({ intents: Float64Array.of(0.4, 0.3, 0.3) }), answers, manifest);
    expect(verdict).toMatchObject({ decision: 'abstained', text: null });
  });
});
