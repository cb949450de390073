/** The types a column of ours may have. */
export const columnTypes = [
  'text',
  'boolean',
  'integer',
  'bigint',
  'double precision',
  'timestamptz',
  'date',
  'jsonb',
] as const;
export type ColumnType = (typeof columnTypes)[number];

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** The entity's field it holds; null for a column only a `map` fills. */
  readonly field: string | null;
}

/** What every table of ours has before the entity's own columns. */
export const fixedColumns: readonly Column[] = [
  { name: 'id', type: 'text', field: null },
  { name: 'event_id', type: 'text', field: null },
  { name: 'correlation_id', type: 'text', field: null },
  { name: 'source', type: 'text', field: null },
  { name: 'sequence', type: 'text', field: null },
  { name: 'generation', type: 'bigint', field: null },
  { name: 'received_at', type: 'timestamptz', field: null },
  { name: 'deleted_at', type: 'timestamptz', field: null },
  { name: 'deletion', type: 'text', field: null },
];

/** Filled by the statement itself, so never part of a row. */
export const deliveredAt = 'delivered_at';

/** What enrichment and classification added, as one document each. */
export const documentColumns: readonly Column[] = [
  { name: 'context', type: 'jsonb', field: null },
  { name: 'judgements', type: 'jsonb', field: null },
];

const reserved = new Set([...fixedColumns, ...documentColumns].map(({ name }) => name).concat(deliveredAt));

/** Whether every table of ours has a column of that name. */
export const isOwnColumn = (name: string): boolean => reserved.has(name);

/** The entity's own columns, one per field of its canonical record. A name that is ours already gets `vendor_` before it. */
export function entityColumns(schema: object): readonly Column[] {
  const entity = fieldsOf(schema).find(({ name }) => name === 'entity');
  return fieldsOf(entity?.type).map(({ name, type }) => {
    const column = snakeCase(name);
    return { name: reserved.has(column) ? `vendor_${column}` : column, type: columnType(type), field: name };
  });
}

interface AvroField {
  readonly name: string;
  readonly type: unknown;
}

function fieldsOf(type: unknown): readonly AvroField[] {
  return typeof type === 'object' && type !== null && 'fields' in type && Array.isArray(type.fields) ? type.fields : [];
}

function columnType(type: unknown): ColumnType {
  if (Array.isArray(type)) return columnType(type.find((branch) => branch !== 'null'));
  if (typeof type === 'object' && type !== null && 'type' in type) {
    const logical = 'logicalType' in type ? type.logicalType : undefined;
    if (logical === 'timestamp-millis' || logical === 'timestamp-micros') return 'timestamptz';
    if (logical === 'date') return 'date';
    return columnType(type.type);
  }
  switch (type) {
    case 'boolean':
      return 'boolean';
    case 'int':
      return 'integer';
    case 'long':
      return 'bigint';
    case 'float':
    case 'double':
      return 'double precision';
    case 'record':
    case 'array':
    case 'map':
      return 'jsonb';
    default:
      return 'text';
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
}
