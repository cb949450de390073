import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { isKnownEncoding, unpackBody, unpackBodyPooled } from '../../src/kit/content-encoding.ts';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
  return 'none';
};
const compressions = {
  gzip: gzipSync,
  'X-GZip': gzipSync,
  deflate: deflateSync,
  Deflate: deflateRawSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
} as const;

describe('unpackBody', () => {
  it('gives back what was compressed, whichever way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (array) => {
        const bytes = Buffer.from(array);
        for (const [encoding, compress] of Object.entries(compressions)) {
          expect(unpackBody(compress(bytes), encoding, 1000)).toEqual(bytes);
          expect(await unpackBodyPooled(compress(bytes), ` ${encoding} ,identity`, 1000)).toEqual(bytes);
        }
      }),
      { numRuns: 30 },
    );
  });
  it('leaves a body as it is where the encoding is a character set, or says that there is none', () => {
    const bytes = Buffer.from('{}');
    for (const encoding of [
      undefined,
      '',
      '  ',
      ',',
      'identity',
      'IDENTITY, identity',
      'UTF-8',
      'utf8',
      ' Utf-8 ',
      '"utf-8"',
      'charset=utf-8',
      'us-ascii',
      'ASCII',
      'ISO-8859-1',
      'latin1',
      'windows-1252',
      'UTF-16',
      'none',
      'binary',
      '8bit',
      'utf-8, identity',
      'utf-8;',
      'charset="utf-8"; foo',
      'utf_8',
      'UTF8MB4',
      'UTF-32',
      'utf-7',
      'cp850',
      'ANSI_X3.4-1968',
      'application/json',
      'text/plain; charset=utf-8',
    ]) {
      expect([encoding, isKnownEncoding(encoding)]).toEqual([encoding, true]);
      expect(unpackBody(bytes, encoding, 1000)).toBe(bytes);
    }
    expect(unpackBody(gzipSync(bytes), 'utf-8, gzip', 1000)).toEqual(bytes);
  });
  it('stops a bomb at the limit, whichever way it is packed', async () => {
    const zeros = Buffer.alloc(20_000_000);
    for (const [encoding, compress] of Object.entries(compressions)) {
      const bomb = compress(zeros);
      expect(bomb.length).toBeLessThan(60_000);
      expect([encoding, code(() => unpackBody(bomb, encoding, 1_000_000))]).toEqual([encoding, 'X_BODY_TOO_LARGE']);
      await expect(unpackBodyPooled(bomb, encoding, 1_000_000)).rejects.toMatchObject({ code: 'X_BODY_TOO_LARGE' });
    }
  });
  it('does not make room for a window of hundreds of megabytes because a frame asks for it', () => {
    const { ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching } = constants;
    const params = { [ZSTD_c_windowLog]: 25, [ZSTD_c_enableLongDistanceMatching]: 1 };
    const greedy = zstdCompressSync(Buffer.alloc(20_000_000), { params });
    expect(code(() => unpackBody(greedy, 'zstd', 30_000_000))).toBe('X_BODY_NOT_DECODABLE');
  });
  it('refuses damaged bytes, compressions that it does not know, and one on top of another', () => {
    expect(code(() => unpackBody(Buffer.from('no gzip'), 'gzip', 1000))).toBe('X_BODY_NOT_DECODABLE');
    expect(code(() => unpackBody(gzipSync('cut').subarray(0, 10), 'gzip', 1000))).toBe('X_BODY_NOT_DECODABLE');
    for (const [encoding, compress] of Object.entries(compressions))
      for (const damaged of [Buffer.alloc(0), Buffer.from('{"a":1}'), compress('cut off').subarray(0, 6)])
        expect([encoding, code(() => unpackBody(damaged, encoding, 1000))]).toEqual([encoding, 'X_BODY_NOT_DECODABLE']);
    const many = Array.from({ length: 5000 }, () => 'identity').join(',');
    for (const encoding of [
      'compress',
      'gzip, gzip',
      'gzip, br',
      'lzma',
      'aws-chunked',
      'application/gzip',
      'constructor',
      '__proto__',
      many,
    ]) {
      expect(isKnownEncoding(encoding)).toBe(false);
      expect(code(() => unpackBody(Buffer.from('x'), encoding, 1000))).toBe('X_BODY_ENCODING_UNKNOWN');
    }
  });
});
