import type { Checksum } from './checksum.ts';
import { type AbortedTransaction, type Decoded, decodeBatches } from './decode-batches.ts';
import { splitBatches } from './record-batch.ts';

/** What a fetch brought for one partition. */
export interface RecordSet {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly highWatermark: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly data: Buffer;
}

export function readRecordSet({ data, highWatermark, ...of }: RecordSet, checksum: Checksum): Promise<Decoded> {
  return decodeBatches(splitBatches(data, { from: of.from, end: highWatermark, checksum }), of);
}
