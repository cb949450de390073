import { type TransformationRecorded, topics } from '@millrace/contracts';
import { type Envelope, type Outgoing, outputId } from '@millrace/messaging';
import jsonPatch from 'fast-json-patch';

interface Stage {
  /** Pipeline name: part of the ids that its outputs get. */
  readonly name: string;
  readonly group: string;
}

/** JSON Patch from one JSON value to another, as text. Values that are no JSON objects are replaced whole. */
export function patchBetween(before: unknown, after: unknown): string {
  const bothObjects = [before, after].every((value) => typeof value === 'object' && value !== null);
  return JSON.stringify(
    bothObjects ? jsonPatch.compare(before as object, after as object) : [{ op: 'replace', path: '', value: after }],
  );
}

/** The audit record of one output: what became what. */
export function appliedTransformation(
  stage: Stage,
  input: Envelope<unknown>,
  output: Outgoing & { readonly item: string },
  change: {
    readonly entity: string;
    readonly patch: string | null;
    /** What a person who traces it should know. */
    readonly reason?: string | null;
    readonly at: number;
  },
): Outgoing<TransformationRecorded> {
  return recorded(input, output.item, {
    stage: stage.group,
    outcome: 'applied',
    reason: change.reason ?? null,
    entity: change.entity,
    inputId: input.id,
    outputId: outputId(input.id, stage.name, output.type ?? output.to.type, output.item, input.generation),
    patch: change.patch,
    at: change.at,
  });
}

/** The audit record of a message that ends here. */
export function filteredTransformation(
  stage: Stage,
  input: Envelope<unknown>,
  reason: string,
  at: number,
): Outgoing<TransformationRecorded> {
  const data = {
    stage: stage.group,
    outcome: 'filtered',
    reason,
    entity: null,
    inputId: input.id,
    outputId: null,
    patch: null,
    at,
  } as const;
  return recorded(input, 'filtered', data);
}

function recorded(
  input: Envelope<unknown>,
  item: string,
  data: TransformationRecorded,
): Outgoing<TransformationRecorded> {
  return { to: topics.transformationsRecorded, key: input.key, item, data };
}
