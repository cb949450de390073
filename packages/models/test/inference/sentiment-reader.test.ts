import { describe, expect, it } from '@jest/globals';
import { createSentimentReader } from '../../src/inference/sentiment-reader.ts';

describe('the reader of sentiment', () => {
  it('forgets what it has read, after so many texts each time', () => {
    const kept: string[][] = [];
    const read = createSentimentReader(() => {
      const words: string[] = [];
      kept.push(words);
      return (text) => words.push(text);
    }, 2);
    for (const text of ['a', 'b', 'c', 'd', 'e']) read(text);
    expect(kept).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('says the same of a text before and after it was started anew', () => {
    const read = createSentimentReader(undefined, 3);
    const texts = ['I love it, thank you!', 'This is a terrible, broken product.', 'Ticket 4711.'];
    const first = texts.map((text) => read(text));
    expect(texts.map((text) => read(text))).toEqual(first);
    expect(first.map((score) => Math.sign(score))).toEqual([1, -1, 0]);
  });
});
