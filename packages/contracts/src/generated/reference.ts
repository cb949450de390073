// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** One row of a reference table; the newest of its key counts, a tombstone deletes it. */
export interface ReferenceRow {
  /** Reference table. */
  readonly table: string;
  /** What the row is looked up by. */
  readonly key: string;
  /** Column → value. */
  readonly attributes: Readonly<Record<string, string>>;
  /** When it was loaded, epoch milliseconds. */
  readonly loadedAt: number;
}

export const referenceRowSchema: AvroNode = {
  type: 'record',
  name: 'ReferenceRow',
  namespace: 'io.millrace.reference.v1',
  doc: 'One row of a reference table; the newest of its key counts, a tombstone deletes it.',
  fields: [
    { name: 'table', type: 'string', doc: 'Reference table.' },
    { name: 'key', type: 'string', doc: 'What the row is looked up by.' },
    { name: 'attributes', type: { type: 'map', values: 'string' }, doc: 'Column → value.', default: {} },
    {
      name: 'loadedAt',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was loaded, epoch milliseconds.',
    },
  ],
};
