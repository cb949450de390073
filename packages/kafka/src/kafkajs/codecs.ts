import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'snappy';
import { compressLz4, decompressLz4 } from '../reading/lz4.ts';
import { decompressSnappy } from '../reading/snappy.ts';
import { compressZstd, decompressZstd } from '../reading/zstd.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Encoded {
  readonly buffer: Buffer;
}
const codec = (
  compress: (data: Buffer) => Buffer | Promise<Buffer>,
  decompress: (data: Buffer) => Buffer | Promise<Buffer>,
): (() => unknown) => {
  const both = { compress: ({ buffer }: Encoded) => compress(buffer), decompress };
  return () => both;
};

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** A batch in a codec that is not registered stops a consumer for good, so every codec of the protocol is. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.GZIP] = codec(
    (data) => zip(data, { level: 1 }),
    (data) => unzip(data),
  );
  CompressionCodecs[CompressionTypes.Snappy] = codec(
    async (data) => Buffer.from(await snappy.compress(data)),
    decompressSnappy,
  );
  CompressionCodecs[CompressionTypes.LZ4] = codec(compressLz4, decompressLz4);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(compressZstd, decompressZstd);
}
