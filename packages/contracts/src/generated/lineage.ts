// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** Where the raw record of this entity stands, so that it can be read again. */
export interface RawPosition {
  /** Topic of the raw record. */
  readonly topic: string;
  /** Partition of the raw record. */
  readonly partition: number;
  /** Offset of the raw record. */
  readonly offset: number;
  /** Event id of the raw record. */
  readonly id: string;
}

export const rawPositionSchema: AvroNode = {
  type: 'record',
  name: 'RawPosition',
  namespace: 'io.millrace.lineage.v1',
  doc: 'Where the raw record of this entity stands, so that it can be read again.',
  fields: [
    { name: 'topic', type: 'string', doc: 'Topic of the raw record.' },
    { name: 'partition', type: 'int', doc: 'Partition of the raw record.' },
    { name: 'offset', type: 'long', doc: 'Offset of the raw record.' },
    { name: 'id', type: 'string', doc: 'Event id of the raw record.' },
  ],
};
