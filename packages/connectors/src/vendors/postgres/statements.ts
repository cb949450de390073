import { deliveriesTable, deliveriesTableLock } from '@millrace/contracts';
import { type Column, deliveredAt, documentColumns, fixedColumns } from './columns.ts';

export interface Target {
  readonly schema: string;
  readonly table: string;
  /** The entity's columns and those only a map fills. */
  readonly columns: readonly Column[];
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const at = (target: Target, table: string): string => `${quote(target.schema)}.${quote(table)}`;
/** The append-only table beside it. */
export const deliveriesOf = (target: Target): string => at(target, 'deliveries');
const sqlType = ({ name, type }: Column): string => (name === 'sequence' ? 'text collate "C"' : type);
const allColumns = (target: Target): readonly Column[] => [...fixedColumns, ...target.columns, ...documentColumns];

/** Serialises those who make tables at the same time: `create … if not exists` races otherwise. */
const inTurn = (text: string): string =>
  `select pg_advisory_xact_lock(hashtextextended('${deliveriesTableLock}', 0)); ${text}`;

/**
 * Makes what is missing and changes nothing that is there. Each is a transaction of its own under the makers' lock, which
 * ends with it: behind a transaction pooler a lock of the session would stay on a connection that others are given.
 */
export function tableStatements(target: Target): readonly string[] {
  const table = at(target, target.table);
  const own = [...allColumns(target), { name: deliveredAt, type: 'timestamptz', field: null } satisfies Column];
  return [
    `create schema if not exists ${quote(target.schema)}`,
    `create table if not exists ${table} (
       "id" text primary key, "event_id" text not null, "sequence" text collate "C" not null, "generation" bigint not null)`,
    ...own.map((column) => `alter table ${table} add column if not exists ${quote(column.name)} ${sqlType(column)}`),
    ...deliveriesTable(deliveriesOf(target)),
    `create table if not exists ${at(target, 'delivery_claims')} (
       "route" text not null, "event_id" text not null, "at" timestamptz not null default now(), primary key ("route", "event_id"))`,
    `create index if not exists "delivery_claims_at" on ${at(target, 'delivery_claims')} using brin ("at")`,
  ].map(inTurn);
}

/** The table's present columns: while nothing is missing, no `alter` and its lock is needed. */
export const presentColumns =
  'select column_name from information_schema.columns where table_schema = $1 and table_name = $2';

export function expectedColumns(target: Target): readonly string[] {
  return [...allColumns(target).map(({ name }) => name), deliveredAt];
}

/**
 * Claim, guarded upsert and delivery note in one statement, so all of it happens or none.
 * Parameters: the rows as JSON (one per key and event), route, entity.
 * What is gone but may be restored keeps its content and is marked; what is gone for good leaves a row without content,
 * whose sequence keeps out what is older.
 * Answers per row whether the claim was ours and whether the row was written.
 */
export function applyStatement(target: Target): string {
  const columns = allColumns(target);
  const names = columns.map(({ name }) => quote(name));
  const always = new Set(fixedColumns.map(({ name }) => quote(name)));
  const isKept = `excluded."deletion" = 'soft'`;
  const updates = names
    .filter((name) => name !== '"id"')
    .map((name) =>
      always.has(name)
        ? `${name} = excluded.${name}`
        : `${name} = case when ${isKept} then held.${name} else excluded.${name} end`,
    )
    .join(', ');
  return `
with input as materialized (
  select * from json_to_recordset($1::json) as x(${columns.map((column) => `${quote(column.name)} ${sqlType(column)}`).join(', ')})
), claimed as (
  insert into ${at(target, 'delivery_claims')} ("route", "event_id")
  select $2, "event_id" from input order by "event_id"
  on conflict do nothing returning "event_id"
), written as (
  insert into ${at(target, target.table)} as held (${names.join(', ')}, ${quote(deliveredAt)})
  select ${names.join(', ')}, clock_timestamp() from input where "event_id" in (select "event_id" from claimed) order by "id"
  on conflict ("id") do update set ${updates}, ${quote(deliveredAt)} = excluded.${quote(deliveredAt)}
  where (held."sequence" collate "C", held."generation") < (excluded."sequence" collate "C", excluded."generation")
  returning "event_id"
), noted as (
  insert into ${deliveriesOf(target)} ("route", "event_id", "correlation_id", "entity", "id", "sequence", "generation")
  select $2, "event_id", "correlation_id", $3, "id", "sequence", "generation" from input
  where "event_id" in (select "event_id" from written)
)
select "event_id", "event_id" in (select "event_id" from claimed) as "claimed", "event_id" in (select "event_id" from written) as "written"
from input`;
}

/** Which of these events were applied earlier. Parameters: route, event ids. */
export function appliedStatement(target: Target): string {
  return `select distinct "event_id" from ${deliveriesOf(target)} where "route" = $1 and "event_id" = any($2)`;
}

/** No route remembers longer; so what is older belongs to one that is gone. */
export const longestClaimDays = 400;

/**
 * Claims older than anything that could still come back: the route's own, because others share the table and may remember
 * longer, and those that no route remembers. Parameters: days, route, `longestClaimDays`.
 */
export function forgetStatement(target: Target): string {
  return `delete from ${at(target, 'delivery_claims')}
    where ("route" = $2 and "at" < now() - make_interval(days => $1)) or "at" < now() - make_interval(days => $3)`;
}

/** The route's own rows. Parameters: days, route. */
export function forgetDeliveriesStatement(target: Target): string {
  return `delete from ${deliveriesOf(target)} where "route" = $2 and "at" < now() - make_interval(days => $1)`;
}
