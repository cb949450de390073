import type { CanonicalEntity, EntityReceived, Judgement, LookupMatch } from '@millrace/contracts';

/** A message of any stage: context is there from enrich on, judgements from classify on. */
export interface Viewable extends EntityReceived<CanonicalEntity> {
  readonly context?: Readonly<Record<string, LookupMatch>>;
  readonly judgements?: Readonly<Record<string, Judgement>>;
}

/**
 * What `by`, `when` and `map` see: the entity's own fields, each lookup's row under its alias (null when there is none),
 * `classification` by task, `source`, and `key`, the entity key of record and sinks.
 */
export function expressionView(value: Viewable): Readonly<Record<string, unknown>> {
  const matches = Object.entries(value.context ?? {}).map(([alias, match]) => [
    alias,
    match.found ? match.attributes : null,
  ]);
  return {
    ...value.entity,
    ...Object.fromEntries(matches),
    classification: value.judgements ?? {},
    source: value.source,
    key: `${value.source}:${value.entity.id}`,
  };
}
