import type { RecordType } from './codec.ts';
import type { LookupMatch } from './generated/context.ts';
import type { Judgement } from './generated/judgements.ts';
import type { Deletion } from './generated/lifecycle.ts';
import type { RawPosition } from './generated/lineage.ts';
import type { Topic } from './topic.ts';

/** What every entity's record is before anything was added. The generated `TicketReceived` and its like are this. */
export interface EntityReceived<T> {
  readonly sequence: string | null;
  readonly receivedAt: number;
  readonly source: string;
  readonly raw: RawPosition | null;
  readonly entity: T;
  readonly deletion: Deletion | null;
}
export interface EntityEnriched<T> extends EntityReceived<T> {
  readonly context: Readonly<Record<string, LookupMatch>>;
}
export interface EntityClassified<T> extends EntityEnriched<T> {
  readonly judgements: Readonly<Record<string, Judgement>>;
}

/** One entity: its canonical record and the three topics it passes through. */
export interface EntityDefinition<T> {
  readonly name: string;
  /** The canonical record alone: validates what a business event brings. */
  readonly record: RecordType<T>;
  /** The field that says which of two events of one key is newer, where a producer states it; null for none. */
  readonly version: string | null;
  readonly received: Topic<EntityReceived<T>>;
  readonly enriched: Topic<EntityEnriched<T>>;
  readonly classified: Topic<EntityClassified<T>>;
}

/** What stages that serve every entity alike may rely on. `entities[name]` of any name is assignable to `EntityDefinition<CanonicalEntity>`. */
export interface CanonicalEntity {
  /** The vendor's id. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}
