import snappy from 'snappy';
import { mostUnpackedBytes } from './unpacked-limit.ts';

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeader = 16;

/** Java's clients frame snappy in blocks of their own (xerial); librdkafka writes it plain. */
export async function decompressSnappy(data: Buffer): Promise<Buffer> {
  if (!data.subarray(0, xerialMagic.length).equals(xerialMagic)) return uncompress(data, mostUnpackedBytes);
  const blocks: Buffer[] = [];
  let left = mostUnpackedBytes;
  for (let offset = xerialHeader; offset < data.length; ) {
    const size = data.readInt32BE(offset);
    offset += 4;
    if (size < 1 || size > data.length - offset) throw new RangeError('a block of snappy ends beyond its batch');
    const block = await uncompress(data.subarray(offset, offset + size), left);
    left -= block.length;
    blocks.push(block);
    offset += size;
  }
  return Buffer.concat(blocks);
}

async function uncompress(data: Buffer, most: number): Promise<Buffer> {
  // Memory is taken for what the block states before it is looked whether that is true.
  if (statedBytes(data) > most) throw new RangeError('a block of snappy states more bytes than are read');
  return Buffer.from((await snappy.uncompress(data, { asBuffer: true })) as Buffer);
}

/** A block begins with how much it unpacks to. */
function statedBytes(data: Buffer): number {
  let bytes = 0;
  for (let at = 0; at < 5; at++) {
    const byte = data[at] ?? 0;
    bytes += (byte & 127) * 128 ** at;
    if (byte < 128) break;
  }
  return bytes;
}
