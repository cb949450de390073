// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** That a thing is gone where it came from. */
export interface Deletion {
  /** soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times. */
  readonly kind: DeletionKind;
  /** When it was deleted, epoch milliseconds. */
  readonly at: number;
  /** What kind of going it was, as a word: deleted, merged, spam, transferred … */
  readonly reason: string | null;
}

/** Whether it may come back. */
export type DeletionKind = 'soft' | 'permanent';

export const deletionSchema: AvroNode = {
  type: 'record',
  name: 'Deletion',
  namespace: 'io.millrace.lifecycle.v1',
  doc: 'That a thing is gone where it came from.',
  fields: [
    {
      name: 'kind',
      type: { type: 'enum', name: 'DeletionKind', doc: 'Whether it may come back.', symbols: ['soft', 'permanent'] },
      doc: 'soft: it may be restored, and what is known of it may stay; permanent: personal data of it must not stay anywhere, and the entity beside has nothing but its id and times.',
    },
    {
      name: 'at',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When it was deleted, epoch milliseconds.',
    },
    {
      name: 'reason',
      type: ['null', 'string'],
      doc: 'What kind of going it was, as a word: deleted, merged, spam, transferred …',
      default: null,
    },
  ],
};
