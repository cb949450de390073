/**
 * The append-only table of applied deliveries, part of the outside contract: one row per applied delivery of any route.
 * No unique key on purpose: a double effect has to show. The index only answers "was this event applied?".
 * `table` comes quoted and qualified. Changes nothing that is there; those who make it at the same time serialise themselves.
 */
export function deliveriesTable(table: string): readonly string[] {
  return [
    `create table if not exists ${table} (
       "route" text not null, "event_id" text not null, "correlation_id" text, "entity" text not null, "id" text not null,
       "sequence" text collate "C" not null, "generation" bigint not null, "at" timestamptz not null default clock_timestamp())`,
    `create index if not exists "deliveries_event_id" on ${table} ("event_id")`,
  ];
}

/** What finds the rows of long ago. It lives in the table's schema. */
export const deliveriesAgeIndex = (table: string): string =>
  `create index if not exists "deliveries_at" on ${table} using brin ("at")`;

/** What serialises the makers, with `pg_advisory_xact_lock(hashtextextended(…, 0))`. */
export const deliveriesTableLock = 'millrace postgres sink';
