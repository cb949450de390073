// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** One change of one message by the transformation layer, before and after. */
export interface TransformationRecorded {
  /** Consumer group of the stage that changed it. */
  readonly stage: string;
  /** applied made an output; filtered ended the message here. */
  readonly outcome: TransformationOutcome;
  /** Why it was filtered: echo, no-normaliser …; or, where it was applied, what is not used of it: version-in-the-future. */
  readonly reason: string | null;
  /** Entity of the output. */
  readonly entity: string | null;
  /** Event id of the input. */
  readonly inputId: string;
  /** Event id of the output; null when filtered. */
  readonly outputId: string | null;
  /** JSON Patch (RFC 6902) from before to after; before is what the body says, also of a form or a compressed one. Null when filtered. */
  readonly patch: string | null;
  /** When, epoch milliseconds. */
  readonly at: number;
}

/** What the stage did. */
export type TransformationOutcome = 'applied' | 'filtered';

export const transformationRecordedSchema: AvroNode = {
  type: 'record',
  name: 'TransformationRecorded',
  namespace: 'io.millrace.transformations.v1',
  doc: 'One change of one message by the transformation layer, before and after.',
  fields: [
    { name: 'stage', type: 'string', doc: 'Consumer group of the stage that changed it.' },
    {
      name: 'outcome',
      type: {
        type: 'enum',
        name: 'TransformationOutcome',
        doc: 'What the stage did.',
        symbols: ['applied', 'filtered'],
      },
      doc: 'applied made an output; filtered ended the message here.',
    },
    {
      name: 'reason',
      type: ['null', 'string'],
      doc: 'Why it was filtered: echo, no-normaliser …; or, where it was applied, what is not used of it: version-in-the-future.',
      default: null,
    },
    { name: 'entity', type: ['null', 'string'], doc: 'Entity of the output.', default: null },
    { name: 'inputId', type: 'string', doc: 'Event id of the input.' },
    { name: 'outputId', type: ['null', 'string'], doc: 'Event id of the output; null when filtered.', default: null },
    {
      name: 'patch',
      type: ['null', 'string'],
      doc: 'JSON Patch (RFC 6902) from before to after; before is what the body says, also of a form or a compressed one. Null when filtered.',
      default: null,
    },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'When, epoch milliseconds.' },
  ],
};
