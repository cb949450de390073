import { describe, expect, it } from '@jest/globals';
import { wireCodec } from '../../src/producer/produce-transport.ts';

const batches = (...sizes: readonly number[]): { readonly bytes: number }[] => sizes.map((bytes) => ({ bytes }));

describe('the codec of a request', () => {
  it('grows with its batches: nothing, lz4, zstd', () => {
    expect([500, 2_047, 2_048, 16_383, 16_384, 500_000].map((bytes) => wireCodec('zstd', batches(bytes)))).toEqual([
      'none',
      'none',
      'lz4',
      'lz4',
      'zstd',
      'zstd',
    ]);
  });

  it('does not go by their sum, because each is packed by itself', () => {
    expect(wireCodec('zstd', batches(1_500, 1_500, 1_500, 1_500))).toBe('none');
    expect(wireCodec('zstd', batches(6_000, 6_000, 6_000, 6_000))).toBe('lz4');
  });

  it('is that of a large batch, however many small ones come along', () => {
    expect(wireCodec('zstd', batches(50_000, ...Array.from({ length: 30 }, () => 300)))).toBe('zstd');
  });

  it('is never another than what was chosen, except for lz4 in the place of zstd', () => {
    expect(['gzip', 'none'].map((chosen) => wireCodec(chosen as 'gzip' | 'none', batches(8_000)))).toEqual([
      'gzip',
      'none',
    ]);
    expect(wireCodec('none', batches(500_000))).toBe('none');
  });
});
