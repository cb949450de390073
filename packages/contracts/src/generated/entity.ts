// Made by `npm run generate` from schemas/. Do not edit.
import type { EntityTemplate } from '../entity-template.ts';
import { type LookupMatch, lookupMatchSchema } from './context.ts';
import { type Judgement, judgementSchema } from './judgements.ts';
import { type Deletion, deletionSchema } from './lifecycle.ts';
import { type RawPosition, rawPositionSchema } from './lineage.ts';

/** A canonical entity as it came in, before anything was added. */
export interface EntityReceived<Entity> {
  /** Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it. */
  readonly sequence: string | null;
  /** When the gateway took it, epoch milliseconds. */
  readonly receivedAt: number;
  /** Source instance of the flow file, or the client that sent the business event. */
  readonly source: string;
  /** The raw record it was made from; null for business events. */
  readonly raw: RawPosition | null;
  /** The canonical entity. */
  readonly entity: Entity;
  /** That the entity is gone at its source; null while it is there, and again when it was restored. */
  readonly deletion: Deletion | null;
}

export const entityReceivedTemplate: EntityTemplate = {
  name: 'EntityReceived',
  doc: 'A canonical {entity} as it came in, before anything was added.',
  extends: null,
  fields: [
    {
      name: 'sequence',
      type: ['null', 'string'],
      doc: "Which of two events of one key is newer, compared as bytes: what the producer states (15 digits of an instant in ms, or `v` and 19 digits of a count) or, where it states nothing, 15 digits of the time when the log took it; then `-` and 19 digits of the log's offset. On a business event it is null, or the statement alone, until the first stage completes it.",
      default: null,
    },
    {
      name: 'receivedAt',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When the gateway took it, epoch milliseconds.',
    },
    {
      name: 'source',
      type: 'string',
      doc: 'Source instance of the flow file, or the client that sent the business event.',
    },
    {
      name: 'raw',
      type: ['null', rawPositionSchema],
      doc: 'The raw record it was made from; null for business events.',
      default: null,
    },
    { name: 'entity', type: 'Entity', doc: 'The canonical {entity}.' },
    {
      name: 'deletion',
      type: ['null', deletionSchema],
      doc: 'That the {entity} is gone at its source; null while it is there, and again when it was restored.',
      default: null,
    },
  ],
};

/** A canonical entity with what the reference tables say about it. */
export interface EntityEnriched<Entity> extends EntityReceived<Entity> {
  /** Lookup alias → what was found. */
  readonly context: Readonly<Record<string, LookupMatch>>;
}

export const entityEnrichedTemplate: EntityTemplate = {
  name: 'EntityEnriched',
  doc: 'A canonical {entity} with what the reference tables say about it.',
  extends: entityReceivedTemplate,
  fields: [
    {
      name: 'context',
      type: { type: 'map', values: lookupMatchSchema },
      doc: 'Lookup alias → what was found.',
      default: {},
    },
  ],
};

/** An enriched entity with the models' judgements. */
export interface EntityClassified<Entity> extends EntityEnriched<Entity> {
  /** Task → judgement. */
  readonly judgements: Readonly<Record<string, Judgement>>;
}

export const entityClassifiedTemplate: EntityTemplate = {
  name: 'EntityClassified',
  doc: "An enriched {entity} with the models' judgements.",
  extends: entityEnrichedTemplate,
  fields: [
    { name: 'judgements', type: { type: 'map', values: judgementSchema }, doc: 'Task → judgement.', default: {} },
  ],
};
