import snappy from 'snappy';

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
