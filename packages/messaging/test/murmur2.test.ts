import { describe, expect, it } from '@jest/globals';
import { murmur2, partitionOf } from '../src/murmur2.ts';

describe('murmur2', () => {
  // Vectors of Apache Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it('gives every key one partition', () => {
    for (let key = 0; key < 1_000; key += 1) {
      const partition = partitionOf(Buffer.from(`key-${key}`), 6);
      expect(partition >= 0 && partition < 6).toBe(true);
    }
  });
});
