import { promisify } from 'node:util';
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { mostUnpackedBytes } from './unpacked-limit.ts';

/** Up to so many bytes the trip to a thread and back costs as much as packing them; more would hold the event loop up. */
const compressHereBytes = 32 * 1_024;
/** The same for unpacking, in packed bytes. */
const decompressHereBytes = 32 * 1_024;
/** zlib's own step is 16 KB, and every step of a large batch is a trip of its own: a quarter of the CPU is the work. */
const blindStep = 64 * 1_024;
const leastStep = 1_024;
const mostStep = 4 * 1_048_576;

const compressElsewhere = promisify(zstdCompress);
const decompressElsewhere = promisify(zstdDecompress);

/** The frame says how much it unpacks to. */
export function compressZstd(data: Buffer): Buffer | Promise<Buffer> {
  // What is worth packing shrinks to less than half; what does not takes a second step.
  const options = { pledgedSrcSize: data.length, chunkSize: stepOf(data.length / 2) };
  return data.length <= compressHereBytes ? zstdCompressSync(data, options) : compressElsewhere(data, options);
}

export function decompressZstd(packed: Buffer): Buffer | Promise<Buffer> {
  // Exactly what is needed where that is known: memory outside the heap, taken for every batch, is collected with the
  // whole heap.
  const wanted = unpackedBytes(packed) ?? Math.max(blindStep, packed.length * 4);
  const options = { chunkSize: stepOf(wanted + 1), maxOutputLength: mostUnpackedBytes };
  return packed.length <= decompressHereBytes
    ? zstdDecompressSync(packed, options)
    : decompressElsewhere(packed, options);
}

const stepOf = (bytes: number): number => Math.min(mostStep, Math.max(leastStep, Math.ceil(bytes)));

const magic = 0xfd2fb528;

/** What the frame says of its content's size; null where it does not, as with writers that stream. */
export function unpackedBytes(packed: Buffer): number | null {
  if (packed.length < 18 || packed.readUInt32LE(0) !== magic) return null;
  const descriptor = packed[4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? (packed[at] as number) : null;
    case 1:
      return packed.readUInt16LE(at) + 256;
    case 2:
      return packed.readUInt32LE(at);
    default:
      return Number(packed.readBigUInt64LE(at));
  }
}
