import { createHash } from 'node:crypto';
import avsc from 'avsc';

/** An Avro object container file: any Avro tool reads it, and it carries the schema that wrote it. */
export interface ContainerFile {
  readonly schema: object;
  /** Bare Avro, one per record. */
  readonly records: readonly Buffer[];
}

const magic = Buffer.from('Obj\x01', 'latin1');
const metadata = avsc.Type.forSchema({ type: 'map', values: 'bytes' });
const long = avsc.Type.forSchema('long');

/** One block per record, so that reading one back needs no decoding. */
export function writeContainer({ schema, records }: ContainerFile): Buffer {
  const text = Buffer.from(JSON.stringify(schema));
  const sync = createHash('sha256').update(text).digest().subarray(0, 16);
  const header = metadata.toBuffer({ 'avro.schema': text, 'avro.codec': Buffer.from('null') });
  return Buffer.concat([
    magic,
    header,
    sync,
    ...records.flatMap((record) => [long.toBuffer(1), long.toBuffer(record.length), record, sync]),
  ]);
}

/** Reads what `writeContainer` wrote. */
export function readContainer(file: Buffer): ContainerFile {
  if (!file.subarray(0, 4).equals(magic)) throw new Error('not an Avro container file');
  const header = metadata.decode(file, 4) as { value: Record<string, Buffer>; offset: number };
  const records: Buffer[] = [];
  for (let at = header.offset + 16; at < file.length; ) {
    const size = long.decode(file, at + long.toBuffer(1).length) as { value: number; offset: number };
    records.push(file.subarray(size.offset, size.offset + size.value));
    at = size.offset + size.value + 16;
  }
  return { schema: JSON.parse(String(header.value['avro.schema'])) as object, records };
}
