import { hash } from 'node:crypto';
import type { KeyPlace } from '@millrace/messaging';

const dayMs = 86_400_000;

/** Kept for whole days from the next one on: never shorter than asked. */
export const keepFrom = (now: number): number => Math.ceil(now / dayMs) * dayMs;

/**
 * What stands for an entity's key: nobody's name, and as a uuid (half a SHA-256, which no two keys share by chance) the
 * smallest thing that Postgres takes and compares at once.
 */
export const keyDigest = (key: string): string => hash('sha256', key, 'hex').slice(0, 32);

/** Three columns for as many items, nulls where nothing is said of the order. */
export function placeColumns(places: readonly (KeyPlace | null)[]): readonly unknown[] {
  return [
    places.map((place) => (place === null ? null : keyDigest(place.key))),
    places.map((place) => place?.sequence ?? null),
    places.map((place) => place?.generation ?? null),
  ];
}

/**
 * Remembers the newest of each key among `given`, a relation of (route, key, sequence, generation). `now` is a parameter.
 * In the order of its key, so that two processes lock rows in one order.
 */
export const settling = (settledKeys: string, given: string, now: string): string => `
     INSERT INTO ${settledKeys} AS settled (route, key, sequence, generation, keep_from)
     SELECT DISTINCT ON (route COLLATE "C", key) route, key, sequence, generation, ${now}::bigint FROM ${given} WHERE key IS NOT NULL
     ORDER BY route COLLATE "C", key, sequence COLLATE "C" DESC, generation DESC
     ON CONFLICT (route, key) DO UPDATE
       SET sequence = excluded.sequence, generation = excluded.generation, keep_from = excluded.keep_from
     WHERE (settled.sequence, settled.generation) < (excluded.sequence, excluded.generation)`;

/** True where a newer one than `wanted` is settled; null where nothing is. */
export const isPassed = `(settled.sequence, settled.generation) > (wanted.sequence COLLATE "C", wanted.generation)`;
