// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';
import { defineEntity, type EntityDefinition } from '../entities.ts';
import type { EntityClassified, EntityEnriched, EntityReceived } from './entity.ts';

/** A work item in an issue tracker. */
export interface Issue {
  /** The vendor's id of the issue. */
  readonly id: string;
  /** Number within the repository or project. */
  readonly number: number | null;
  /** Repository or project it belongs to, as owner/name. */
  readonly repository: string | null;
  /** Title. */
  readonly title: string;
  /** Text of the issue. */
  readonly body: string | null;
  /** Vendor's state in lower case: open, closed. */
  readonly state: string | null;
  /** Labels on the issue. */
  readonly labels: readonly string[];
  /** Login of who opened it. */
  readonly author: string | null;
  /** What happened to it: opened, edited, closed, labeled … */
  readonly action: string | null;
  /** Where a person can open it at the vendor. */
  readonly url: string | null;
  /** When the vendor made it, epoch milliseconds. */
  readonly createdAt: number | null;
  /** When the vendor last changed it, epoch milliseconds. */
  readonly updatedAt: number | null;
  /** What the vendor said beyond the canon: a small map of names as the vendor spells them. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A canonical issue as it came in, before anything was added. */
export interface IssueReceived extends EntityReceived<Issue> {}

/** A canonical issue with what the reference tables say about it. */
export interface IssueEnriched extends EntityEnriched<Issue> {}

/** An enriched issue with the models' judgements. */
export interface IssueClassified extends EntityClassified<Issue> {}

export const issueSchema: AvroNode = {
  type: 'record',
  name: 'Issue',
  namespace: 'io.millrace.issues.v1',
  doc: 'A work item in an issue tracker.',
  fields: [
    { name: 'id', type: 'string', doc: "The vendor's id of the issue." },
    { name: 'number', type: ['null', 'long'], doc: 'Number within the repository or project.', default: null },
    {
      name: 'repository',
      type: ['null', 'string'],
      doc: 'Repository or project it belongs to, as owner/name.',
      default: null,
    },
    { name: 'title', type: 'string', doc: 'Title.' },
    { name: 'body', type: ['null', 'string'], doc: 'Text of the issue.', default: null },
    { name: 'state', type: ['null', 'string'], doc: "Vendor's state in lower case: open, closed.", default: null },
    { name: 'labels', type: { type: 'array', items: 'string' }, doc: 'Labels on the issue.', default: [] },
    { name: 'author', type: ['null', 'string'], doc: 'Login of who opened it.', default: null },
    {
      name: 'action',
      type: ['null', 'string'],
      doc: 'What happened to it: opened, edited, closed, labeled …',
      default: null,
    },
    { name: 'url', type: ['null', 'string'], doc: 'Where a person can open it at the vendor.', default: null },
    {
      name: 'createdAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When the vendor made it, epoch milliseconds.',
      default: null,
    },
    {
      name: 'updatedAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When the vendor last changed it, epoch milliseconds.',
      default: null,
    },
    {
      name: 'attributes',
      type: { type: 'map', values: 'string' },
      doc: 'What the vendor said beyond the canon: a small map of names as the vendor spells them.',
      default: {},
    },
  ],
};

export const issues: EntityDefinition<Issue> = defineEntity({
  name: 'issues',
  schema: issueSchema,
  version: 'updatedAt',
  partitions: 4,
});
