import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import snappy from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Encoded {
  readonly buffer: Buffer;
}
const codec = (
  compress: (data: Buffer) => Promise<Buffer>,
  decompress: (data: Buffer) => Promise<Buffer>,
): (() => unknown) => {
  const both = { compress: ({ buffer }: Encoded) => compress(buffer), decompress };
  return () => both;
};

const zip = promisify(gzip);
const unzip = promisify(gunzip);
const zstd = promisify(zstdCompress);
const unzstd = promisify(zstdDecompress);

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
  CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrame, decompressFrame);
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    (data) => zstd(data),
    (data) => unzstd(data),
  );
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeader = 16;

/** Java's clients frame snappy in blocks of their own (xerial); librdkafka writes it plain. */
export async function decompressSnappy(data: Buffer): Promise<Buffer> {
  if (!data.subarray(0, xerialMagic.length).equals(xerialMagic)) return uncompress(data);
  const blocks: Buffer[] = [];
  for (let offset = xerialHeader; offset < data.length; ) {
    const size = data.readInt32BE(offset);
    offset += 4;
    blocks.push(await uncompress(data.subarray(offset, offset + size)));
    offset += size;
  }
  return Buffer.concat(blocks);
}

const uncompress = async (data: Buffer): Promise<Buffer> =>
  Buffer.from((await snappy.uncompress(data, { asBuffer: true })) as Buffer);
