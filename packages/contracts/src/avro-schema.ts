/** Avro schemas as JSON, as far as schemas/ uses them. A named type may stand for itself wherever it is used. */
export type AvroSchema = string | readonly AvroSchema[] | AvroNode;
export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
  readonly default?: unknown;
}
export interface AvroNode {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly AvroField[];
  readonly symbols?: readonly string[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
}

export const isNode = (schema: AvroSchema): schema is AvroNode => typeof schema === 'object' && !Array.isArray(schema);
export const fullName = (schema: AvroNode): string => `${schema.namespace}.${schema.name}`;

/** `WebhookReceived` → `webhook-received`. */
export const nounOf = (schema: AvroNode): string =>
  (schema.name ?? '').replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
/** `io.millrace.tickets.v1` → `v1`. */
export const majorOf = (schema: AvroNode): string => /\.(v\d+)$/.exec(schema.namespace ?? '')?.[1] ?? 'v1';
/** CloudEvents type of the record: `WebhookReceived` → `webhook.received`. */
export const eventTypeOf = (schema: AvroNode): string => nounOf(schema).replaceAll('-', '.');

/**
 * The schema as a registry takes it: each type of another file is defined where it first occurs, and named after. Such a
 * type is referred to by the object itself, or by its full name where `declared` has it.
 */
export function selfContained(schema: AvroNode, declared: ReadonlyMap<string, AvroNode> = new Map()): AvroNode {
  const defined = new Set<string>();
  const visit = (node: AvroSchema): AvroSchema => {
    if (typeof node === 'string') {
      const type = declared.get(node);
      return type === undefined || defined.has(node) ? node : visit(type);
    }
    if (!isNode(node)) return node.map(visit);
    if (node.name !== undefined && node.namespace !== undefined) {
      if (defined.has(fullName(node))) return fullName(node);
      defined.add(fullName(node));
    }
    return {
      ...node,
      ...(node.fields && { fields: node.fields.map((field) => ({ ...field, type: visit(field.type) })) }),
      ...(node.items !== undefined && { items: visit(node.items) }),
      ...(node.values !== undefined && { values: visit(node.values) }),
    };
  };
  return visit(schema) as AvroNode;
}
