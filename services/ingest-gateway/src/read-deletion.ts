import {
  type CanonicalEntity,
  type DeletionKind,
  type EntityDefinition,
  type Violation,
  withoutContent,
} from '@millrace/contracts';

export interface StatedDeletion {
  /** The event without that field; of what is gone, what it need not state any more is filled in. */
  readonly stated: unknown;
  /** Null for an event of something that is there. */
  readonly kind: DeletionKind | null;
  readonly violations: readonly Violation[];
}

const field = 'deletion';

/** A business event says `"deletion": "soft"` or `"permanent"` beside the id of what is gone. */
export function readDeletion(entity: EntityDefinition<CanonicalEntity>, event: unknown): StatedDeletion {
  if (typeof event !== 'object' || event === null || Array.isArray(event) || !Object.hasOwn(event, field))
    return { stated: event, kind: null, violations: [] };
  const { [field]: kind, ...rest } = event as Readonly<Record<string, unknown>>;
  if (kind === null) return { stated: rest, kind, violations: [] };
  if (kind !== 'soft' && kind !== 'permanent')
    return { stated: rest, kind: null, violations: [{ pointer: `/${field}`, message: 'expected soft or permanent' }] };
  const { id: _, ...nothing } = withoutContent(entity, { id: '', attributes: {} });
  return { stated: { ...nothing, ...rest }, kind, violations: [] };
}
