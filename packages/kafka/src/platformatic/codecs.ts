import { promisify } from 'node:util';
import { gunzip, gunzipSync, gzip } from 'node:zlib';
import type { WireCodec } from '../producer/produce-transport.ts';
import { compressLz4, decompressLz4 } from '../reading/lz4.ts';
import { decompressSnappy } from '../reading/snappy.ts';
import { compressZstd, decompressZstd } from '../reading/zstd.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
/** Below this a turn of the thread pool costs more than the work. */
const threadFromBytes = 16_384;

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

/** Every codec of the protocol, also those that we do not write. */
export async function decompress(data: Buffer, codec: number): Promise<Buffer> {
  const isSmall = data.length < threadFromBytes;
  switch (codec) {
    case 0:
      return data;
    case 1:
      return isSmall ? gunzipSync(data) : unzip(data);
    case 2:
      return decompressSnappy(data);
    case 3:
      return decompressLz4(data);
    case 4:
      return decompressZstd(data);
    default:
      throw new Error(`a record batch is compressed with codec ${codec}, which Kafka does not have`);
  }
}
