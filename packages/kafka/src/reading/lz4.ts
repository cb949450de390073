import { compressFrame, compressFrameSync, decompressFrame, decompressFrameSync } from 'lz4-napi';

/** Up to here the trip to a thread and back costs more than the work. */
const packHereBytes = 128 * 1_024;
const unpackHereBytes = 64 * 1_024;

export function compressLz4(data: Buffer): Buffer | Promise<Buffer> {
  return data.length <= packHereBytes ? compressFrameSync(data) : compressFrame(data);
}

export function decompressLz4(packed: Buffer): Buffer | Promise<Buffer> {
  return packed.length <= unpackHereBytes ? decompressFrameSync(packed) : decompressFrame(packed);
}
