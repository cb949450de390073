import type { CanonicalEntity, EntityReceived } from '@millrace/contracts';
import type { Version } from '@millrace/flows';
import { type Envelope, isStatement, isVersion, sequenceFrom, statedInstant, statedNumber } from '@millrace/messaging';

export interface Stamped {
  readonly sequence: string;
  /** Why what the producer states does not count; null when it does, or nothing is stated. Shown by `millrace trace`. */
  readonly note: VersionNote | null;
}

export type VersionNote = 'version-in-the-future' | 'version-not-a-count';

/**
 * Business events come straight from the door: this is the first stage that reads their edge record. What the request
 * states goes before the entity's own field, and where neither says anything the log does: never `ce_time`, which is a
 * gateway's clock where the producer stated none.
 */
export function stampSequence(
  { data, origin }: Pick<Envelope<EntityReceived<CanonicalEntity>>, 'data' | 'origin'>,
  version: Version | null,
): Stamped {
  if (data.sequence !== null && !isStatement(data.sequence)) return { sequence: data.sequence, note: null };
  const { statement, note } =
    data.sequence === null
      ? statementIn(data.entity, version, origin.timestamp)
      : { statement: data.sequence, note: null };
  return { sequence: sequenceFrom(statement, origin), note };
}

interface Statement {
  readonly statement: string | null;
  readonly note: VersionNote | null;
}

const nothing: Statement = { statement: null, note: null };

function statementIn(entity: CanonicalEntity, version: Version | null, writtenAt: number): Statement {
  const value = version === null ? null : (entity as unknown as Readonly<Record<string, unknown>>)[version.field];
  if (version === null || typeof value !== 'number') return nothing;
  if (version.kind === 'number')
    return value >= 0 && Number.isSafeInteger(value)
      ? { statement: statedNumber(value), note: null }
      : { statement: null, note: 'version-not-a-count' };
  if (isVersion(value, writtenAt)) return { statement: statedInstant(value), note: null };
  return value > writtenAt ? { statement: null, note: 'version-in-the-future' } : nothing;
}
