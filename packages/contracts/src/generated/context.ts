// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** What one lookup of the flow found in its reference table. */
export interface LookupMatch {
  /** Reference table that was asked. */
  readonly table: string;
  /** Key that was looked up; null when the entity has no value there. */
  readonly key: string | null;
  /** False when the table has no such row. */
  readonly found: boolean;
  /** The row's columns; empty when not found. */
  readonly attributes: Readonly<Record<string, string>>;
}

export const lookupMatchSchema: AvroNode = {
  type: 'record',
  name: 'LookupMatch',
  namespace: 'io.millrace.context.v1',
  doc: 'What one lookup of the flow found in its reference table.',
  fields: [
    { name: 'table', type: 'string', doc: 'Reference table that was asked.' },
    {
      name: 'key',
      type: ['null', 'string'],
      doc: 'Key that was looked up; null when the entity has no value there.',
      default: null,
    },
    { name: 'found', type: 'boolean', doc: 'False when the table has no such row.' },
    {
      name: 'attributes',
      type: { type: 'map', values: 'string' },
      doc: "The row's columns; empty when not found.",
      default: {},
    },
  ],
};
