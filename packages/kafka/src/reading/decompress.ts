import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { decompressLz4 } from './lz4.ts';
import { decompressSnappy } from './snappy.ts';
import { mostUnpackedBytes } from './unpacked-limit.ts';
import { decompressZstd } from './zstd.ts';

const unzip = promisify(gunzip);
/** Below this a turn of the thread pool costs more than the work. */
const threadFromBytes = 16_384;
const limit = { maxOutputLength: mostUnpackedBytes };

/** Every codec of the protocol, also those that we do not write, by its number in a batch's attributes. */
export async function decompress(data: Buffer, codec: number): Promise<Buffer> {
  switch (codec) {
    case 0:
      return data;
    case 1:
      return data.length < threadFromBytes ? gunzipSync(data, limit) : unzip(data, limit);
    case 2:
      return decompressSnappy(data);
    case 3:
      return decompressLz4(data);
    case 4:
      return decompressZstd(data);
    default:
      throw new RangeError(`is compressed with codec ${codec}, which Kafka does not have`);
  }
}
