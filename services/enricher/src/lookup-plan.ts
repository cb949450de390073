import type { CanonicalEntity, EntityEnriched, EntityReceived, LookupMatch } from '@millrace/contracts';
import type { Lookup } from '@millrace/flows';
import { CodedError, deadLetter } from '@millrace/messaging';
import { destinations, fitText } from '@millrace/text';

/** One row to be asked for; a null key has none. */
export interface PlannedLookup extends Lookup {
  readonly key: string | null;
}

/** A table's answer: the row's columns, or null. */
export type Row = Readonly<Record<string, string>> | null;

/** What each lookup asks, from the values of its `by`. Pure. */
export function planLookups(lookups: readonly Lookup[], values: readonly unknown[]): readonly PlannedLookup[] {
  return lookups.map((lookup, at) => ({ ...lookup, key: keyOf(lookup, values[at]) }));
}

/** A list of one is that one: what was taken from a list stays a list. */
function keyOf({ table, by }: Pick<Lookup, 'table' | 'by'>, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (Array.isArray(value) && value.length < 2) return keyOf({ table, by }, value[0]);
  // As rows are loaded: an expression may cut a pair in two.
  if (typeof value === 'string') return fitText(value, destinations.postgres);
  if (typeof value === 'number') return String(value);
  const got = Array.isArray(value) ? 'a list' : typeof value;
  throw new CodedError(
    'X_ENRICH_LOOKUP_KEY',
    `the key for table ${table} from \`${by}\` is ${got}; expected text or a number`,
    { disposition: deadLetter, step: 'validate' },
  );
}

/** The entity with what was found; `rows` are the answers in the order of the plan. Pure. */
export function mergeLookups<T extends CanonicalEntity>(
  value: EntityReceived<T>,
  sequence: string,
  plan: readonly PlannedLookup[],
  rows: readonly Row[],
): EntityEnriched<T> {
  const context = plan.map((lookup, at): readonly [string, LookupMatch] => {
    const row = rows[at] ?? null;
    if (row === null && lookup.required) throw missing(lookup);
    return [lookup.as, { table: lookup.table, key: lookup.key, found: row !== null, attributes: row ?? {} }];
  });
  const before = (value as Partial<EntityEnriched<T>>).context ?? {};
  return { ...value, sequence, context: { ...before, ...Object.fromEntries(context) } };
}

/** Names table, expression and cure, never the key: it may be a person's address. */
function missing({ table, by, key }: PlannedLookup): CodedError {
  const what =
    key === null ? `\`${by}\` has no value to look up in table ${table}` : `table ${table} has no row for \`${by}\``;
  return new CodedError(
    'X_ENRICH_LOOKUP_MISSING',
    `${what}; load one with \`millrace reference load ${table} <file.csv>\` and redrive`,
    { disposition: deadLetter, step: 'validate' },
  );
}
