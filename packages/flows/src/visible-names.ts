import { type EntityName, entities, fieldNames } from '@millrace/contracts';
import type { Compiled } from './expression-check.ts';
import { rootPaths } from './expression-check.ts';
import { closest } from './known-names.ts';

/** What an expression of one flow can see beside the entity's own fields. */
export interface Scope {
  readonly entity: EntityName;
  /** Null where another flow added names that are not known here. */
  readonly aliases: readonly string[] | null;
  readonly tasks: readonly string[] | null;
  /** Aliases whose row is always there. */
  readonly required?: readonly string[];
}

const judgementNames = ['label', 'decision', 'confidence', 'reason', 'text', 'contributions', 'model'];

/** Names that an alias must not take, because expressions see something else there. */
export const reservedNames = (entity: EntityName): readonly string[] => [
  ...(fieldNames(entities[entity].record, []) ?? []),
  'classification',
  'source',
  'key',
];

/** One sentence for each name in the expression that nothing answers to: a condition on it would silently never hold. */
export function unknownNames(compiled: Compiled, scope: Scope): readonly string[] {
  return rootPaths(compiled).flatMap((path) => {
    for (let depth = 0; depth < path.length; depth++) {
      const known = namesAfter(path.slice(0, depth), scope);
      if (known === null) return [];
      const name = path[depth] ?? '';
      if (!known.includes(name)) return [sentence(path.slice(0, depth), name, known)];
    }
    return [];
  });
}

function namesAfter(path: readonly string[], { entity, aliases, tasks }: Scope): readonly string[] | null {
  const [first, ...rest] = path;
  if (first === undefined) return aliases === null ? null : [...reservedNames(entity), ...aliases];
  if (first === 'source' || first === 'key') return [];
  if (first === 'classification') return rest.length === 0 ? tasks : rest.length === 1 ? judgementNames : null;
  if (aliases?.includes(first) !== false && !reservedNames(entity).includes(first)) return null;
  return fieldNames(entities[entity].record, path) ?? null;
}

function sentence(before: readonly string[], name: string, known: readonly string[]): string {
  const near = closest(name, known);
  const whole = [...before, name].join('.');
  if (near !== null) return `nothing here is called ${whole}; did you mean ${[...before, near].join('.')}?`;
  return `nothing here is called ${whole}; ${before.join('.') || 'an expression'} has ${known.join(', ') || 'no parts'}`;
}
