import type { z } from 'zod';

/** What the connector registries say about a sink; `sinks` of @millrace/connectors is of this shape. */
export interface KnownSink {
  /** Checks a route's settings, references unresolved. */
  readonly config?: z.ZodType;
  /** Entities it can write; any when absent. */
  readonly entities?: 'any' | readonly string[];
}

/** What a name in the flow files may mean here. A list that is absent is not checked: a service checks what it loads. */
export interface KnownNames {
  readonly knownSources?: Readonly<Record<string, object>>;
  readonly knownSinks?: Readonly<Record<string, KnownSink>>;
  readonly knownTasks?: readonly string[];
  readonly knownPacks?: readonly string[];
}

/** Named destinations that routes share. */
export type SinkInstances = ReadonlyMap<
  string,
  { readonly connector: string; readonly settings: Readonly<Record<string, unknown>> }
>;

/** One sentence for a name that is not on its list. */
export function noSuchName(what: string, name: string, known: readonly string[]): string {
  const near = closest(name, known);
  return `there is no ${what} ${name}; ${near === null ? `there is ${[...new Set(known)].join(', ') || 'none'}` : `did you mean ${near}?`}`;
}

/** The known name that is a typing slip away; null when none is. */
export function closest(name: string, known: readonly string[]): string | null {
  const ranked = known
    .map((one) => ({ one, distance: editDistance(name.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 4)) ? best.one : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
