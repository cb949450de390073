// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

/** A person or organisation on the other side: who asked, wrote or paid. */
export interface Party {
  /** The vendor's id of the person. */
  readonly id: string | null;
  /** Display name. */
  readonly name: string | null;
  /** E-mail address as the vendor gave it. */
  readonly email: string | null;
  /** The part of the e-mail address after the @, in lower case; what accounts are looked up by. */
  readonly emailDomain: string | null;
}

export const partySchema: AvroNode = {
  type: 'record',
  name: 'Party',
  namespace: 'io.millrace.parties.v1',
  doc: 'A person or organisation on the other side: who asked, wrote or paid.',
  fields: [
    { name: 'id', type: ['null', 'string'], doc: "The vendor's id of the person.", default: null },
    { name: 'name', type: ['null', 'string'], doc: 'Display name.', default: null },
    { name: 'email', type: ['null', 'string'], doc: 'E-mail address as the vendor gave it.', default: null },
    {
      name: 'emailDomain',
      type: ['null', 'string'],
      doc: 'The part of the e-mail address after the @, in lower case; what accounts are looked up by.',
      default: null,
    },
  ],
};
