import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WireCodec } from '../producer/produce-transport.ts';
import { compressLz4 } from '../reading/lz4.ts';
import { compressZstd } from '../reading/zstd.ts';

const zip = promisify(gzip);

/** The codec's number in a batch's attributes. */
export const codecNumbers: Readonly<Record<WireCodec, number>> = { none: 0, gzip: 1, lz4: 3, zstd: 4 };

export async function compress(data: Buffer, codec: WireCodec): Promise<Buffer> {
  switch (codec) {
    case 'none':
      return data;
    case 'gzip':
      return zip(data, { level: 1 });
    case 'lz4':
      return compressLz4(data);
    case 'zstd':
      return compressZstd(data);
  }
}
