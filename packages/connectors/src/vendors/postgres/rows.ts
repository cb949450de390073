import { CodedError, deadLetter } from '@millrace/messaging';
import { fitId, keyBytes } from '@millrace/text';
import type { SinkDelivery } from '../../kit/sink.ts';
import type { Column } from './columns.ts';

/** One row as JSON; `json_to_recordset` gives it types on the other side. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly event_id: string };

/** What one delivery is in the table. Pure. What the route's `map` says about a column wins over the entity's field. */
export function toRow(delivery: SinkDelivery, columns: readonly Column[]): Row {
  const { value } = delivery;
  const deletion = value.deletion ?? null;
  const isErased = deletion?.kind === 'permanent';
  const entity = value.entity as Readonly<Record<string, unknown>>;
  const own = columns.map(
    ({ name, type, field }) => [name, field === null || isErased ? null : asColumn(entity[field], type)] as const,
  );
  return {
    ...Object.fromEntries(own),
    ...mappedColumns(delivery.mapped, columns, entity),
    // As the table will hold them: what it answers is matched by them.
    id: fitId(delivery.key, keyBytes),
    event_id: fitId(delivery.eventId),
    correlation_id: delivery.correlationid,
    source: value.source,
    sequence: delivery.sequence,
    generation: delivery.generation,
    received_at: isoTime(value.receivedAt),
    deleted_at: deletion === null ? null : isoTime(deletion.at),
    deletion: deletion?.kind ?? null,
    context: isErased ? null : (value.context ?? {}),
    judgements: isErased ? null : (value.judgements ?? {}),
  };
}

function mappedColumns(
  mapped: unknown,
  columns: readonly Column[],
  entity: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (mapped === undefined || mapped === null) return {};
  if (typeof mapped !== 'object' || Array.isArray(mapped)) throw misfit('the map did not make an object of columns');
  const known = new Map(columns.map((column) => [column.name, column]));
  return Object.fromEntries(
    Object.entries(mapped).map(([name, value]) => {
      const column = known.get(name);
      if (column === undefined) throw misfit(`the map names the column ${JSON.stringify(name)}, which is not declared`);
      const isList = column.field !== null && Array.isArray(entity[column.field]);
      return [name, asColumn(isList ? asList(value) : value, column.type)];
    }),
  );
}

/** Where the entity declares a list, one item is still a list, and none an empty one. */
function asList(value: unknown): unknown {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function asColumn(value: unknown, type: Column['type']): unknown {
  if (value === undefined || value === null) return null;
  if (type === 'timestamptz' && typeof value === 'number') return isoTime(value);
  if (type === 'date' && typeof value === 'number') return isoTime(value * 86_400_000)?.slice(0, 10);
  return Buffer.isBuffer(value) ? value.toString('base64') : value;
}

const firstTime = Date.parse('0001-01-01T00:00:00Z');
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');

function isoTime(epochMs: number): string | null {
  // A time outside of years with four digits, which Postgres reads otherwise or not at all, is not worth the whole row.
  return epochMs >= firstTime && epochMs <= lastTime ? new Date(epochMs).toISOString() : null;
}

function misfit(reason: string): CodedError {
  return new CodedError('X_POSTGRES_COLUMN', `Not written: ${reason}`, { disposition: deadLetter, step: 'effect' });
}
