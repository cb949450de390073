import { buffer } from 'node:stream/consumers';
import { createZstdCompress, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { compressZstd, decompressZstd, unpackedBytes } from '../src/reading/zstd.ts';

/** Text that zstd makes small, but not to nothing. */
const text = (bytes: number): Buffer => {
  let state = 7;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return 97 + (state >>> 28);
    }),
  );
};

const compressed = (data: Buffer): Promise<Buffer> => {
  const stream = createZstdCompress();
  stream.write(data.subarray(0, 1_000));
  stream.end(data.subarray(1_000));
  return buffer(stream);
};

describe('zstd', () => {
  it.each([0, 1, 200, 300, 65_535, 65_792, 400_000, 5_000_000])('gives %i bytes back as they were', async (bytes) => {
    const data = text(bytes);
    expect((await decompressZstd(await compressZstd(data))).equals(data)).toBe(true);
  });

  it.each([200, 300, 70_000, 400_000])('reads from the frame that %i bytes are in it', (bytes) => {
    const packed = zstdCompressSync(text(bytes), { pledgedSrcSize: bytes });
    expect(unpackedBytes(packed)).toBe(bytes);
  });

  it('unpacks what says nothing of its size, as streaming writers leave it', async () => {
    const data = text(300_000);
    const packed = await compressed(data);
    expect(unpackedBytes(packed)).toBeNull();
    expect((await decompressZstd(packed)).equals(data)).toBe(true);
  });

  it('refuses what is not zstd', async () => {
    await expect((async () => decompressZstd(Buffer.from('not a frame of zstd at all')))()).rejects.toThrow();
  });
});
