import type { InboundRecord } from '@millrace/messaging';
import { decompress } from './decompress.ts';
import type { Damage, RawBatch, SplitBatches } from './record-batch.ts';
import { RecordReader } from './record-reader.ts';
import { recordTime } from './record-time.ts';

const codecMask = 7;
const logAppendTime = 8;
const transactional = 16;
const control = 32;
/** The second field of a control record's key. */
const abortMarker = 0;
const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface DecodeOptions {
  readonly topic: string;
  readonly partition: number;
  /** A batch may begin before what was asked for. */
  readonly from: number;
  readonly aborted: readonly AbortedTransaction[];
}

export interface Decoded {
  readonly records: InboundRecord[];
  /** Where to go on: past what was read and is no record, and at a batch that cannot be read. */
  readonly next: number;
  /** Of the batch at `from`. One further on is asked for by itself, when everything before it is handed over. */
  readonly damage: Damage | null;
}

/**
 * The records of a read of settled records, up to the first batch that cannot be read: control records and those of
 * aborted transactions are left out. Never rejects.
 */
export async function decodeBatches({ batches, damage }: SplitBatches, options: DecodeOptions): Promise<Decoded> {
  const records: InboundRecord[] = [];
  const pending = options.aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  let next = options.from;
  for (const batch of batches) {
    while (pending[0] !== undefined && pending[0].firstOffset <= batch.lastOffset)
      aborting.add((pending.shift() as AbortedTransaction).producerId);
    try {
      await decodeBatch(batch, { ...options, aborting, records });
    } catch (cause) {
      const what = cause instanceof RangeError ? cause.message : 'cannot be decoded';
      return { records, next, damage: next === options.from ? { what, lastOffset: batch.lastOffset, cause } : null };
    }
    next = Math.max(next, batch.lastOffset + 1);
  }
  return { records, next, damage };
}

interface Decoding extends DecodeOptions {
  readonly aborting: Set<bigint>;
  readonly records: InboundRecord[];
}

async function decodeBatch(batch: RawBatch, { aborting, records, ...options }: Decoding): Promise<void> {
  if ((batch.attributes & control) !== 0) {
    if (aborting.size > 0 && isAbort(batch)) aborting.delete(batch.producerId);
    return;
  }
  if ((batch.attributes & transactional) !== 0 && aborting.has(batch.producerId)) return;
  // All of a batch or nothing of it: half of one would be handed over again with each try.
  const ofBatch = readRecords(await unpack(batch), batch, options);
  for (const record of ofBatch) records.push(record);
}

async function unpack({ payload, attributes }: RawBatch): Promise<Buffer> {
  const codec = attributes & codecMask;
  if (codec === 0) return payload;
  const name = codecNames[codec];
  if (name === undefined) throw new RangeError(`is compressed with codec ${codec}, which Kafka does not have`);
  try {
    return await decompress(payload, codec);
  } catch (cause) {
    throw new RangeError(`does not unpack with ${name}`, { cause });
  }
}

function isAbort({ payload }: RawBatch): boolean {
  const reader = new RecordReader(payload);
  reader.startRecord();
  reader.varlong();
  reader.varint();
  const key = reader.field();
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abortMarker;
}

function readRecords(
  data: Buffer,
  batch: RawBatch,
  { topic, partition, from }: Omit<DecodeOptions, 'aborted'>,
): readonly InboundRecord[] {
  const records: InboundRecord[] = [];
  const isAppendTime = (batch.attributes & logAppendTime) !== 0;
  const reader = new RecordReader(data);
  let last = batch.firstOffset - 1;
  for (let index = 0; index < batch.count; index++) {
    reader.startRecord();
    const delta = reader.varlong();
    const timestamp = recordTime(isAppendTime ? batch.maxTimestamp : batch.firstTimestamp + delta);
    const offset = batch.firstOffset + reader.varint();
    if (offset <= last || offset > batch.lastOffset)
      throw new RangeError('has records whose offsets do not rise in it');
    last = offset;
    if (offset < from) {
      reader.skipRecord();
      continue;
    }
    const key = reader.field();
    const value = reader.field();
    records.push({ topic, partition, offset, timestamp, key, value, headers: reader.headers() });
    reader.endRecord();
  }
  reader.endRecords();
  return records;
}
