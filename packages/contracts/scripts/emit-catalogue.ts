import { type AvroSchema, isNode } from '../src/avro-schema.ts';
import { allTopics, type TopicTable } from './topic-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeText(schema: AvroSchema): string {
  if (typeof schema === 'string') return schema.split('.').at(-1) ?? schema;
  if (!isNode(schema)) return `${typeText(schema[1] ?? 'null')}?`;
  if (schema.type === 'array') return `${typeText(schema.items ?? 'null')}[]`;
  if (schema.type === 'map') return `map of ${typeText(schema.values ?? 'null')}`;
  if (schema.type === 'enum') return (schema.symbols ?? []).join(' \\| ');
  return schema.logicalType ?? schema.name ?? schema.type;
}

/** schemas/README.md: every topic with its policy, every record with its fields. */
export function emitCatalogue(table: TopicTable): string {
  const topics = allTopics(table);
  const templates = Object.values(table.templates);
  const records = new Map<string, string>();
  const collect = (schema: AvroSchema): void => {
    if (typeof schema === 'string') return;
    if (!isNode(schema)) {
      for (const branch of schema) collect(branch);
      return;
    }
    if (schema.type === 'record' && schema.name && !records.has(schema.name)) {
      const rows = (schema.fields ?? []).map(
        (field) => `| \`${field.name}\` | ${typeText(field.type)} | ${cell(field.doc ?? '')} |`,
      );
      records.set(
        schema.name,
        `### ${schema.name}\n\n${schema.doc ?? ''}\n\n| field | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`,
      );
    }
    for (const field of schema.fields ?? []) collect(field.type);
    if (schema.items !== undefined) collect(schema.items);
    if (schema.values !== undefined) collect(schema.values);
  };
  for (const { schema } of table.entities) collect(schema);
  for (const { schema } of topics) collect(schema);
  return `# Topics and records

Made by \`npm run generate\` from \`topics.yaml\` and the \`.avsc\` files beside this page; do not edit.
\`?\` marks a field that may be null. Values are Avro in the Confluent wire format; envelope facts travel as \`ce_*\` headers.

To change a record: add a field **with a default** and generate; the golden bytes of every released version must still
decode. Anything else is a new \`.v2\` file and a new topic. To add an entity: one schema file, one row under \`entities\`.

## Topics

| topic | value | key | partitions | retention | cleanup | written by |
|---|---|---|---|---|---|---|
${topics.map((row) => `| \`${row.name}\` | ${row.schema.name} | ${cell(row.key)} | ${row.partitions} | ${row.retention} | ${row.cleanup} | ${row.owner} |`).join('\n')}
${templates.map((row) => `| \`${row.name}\` | raw copy | as its source | ${row.partitions} | ${row.retention} | ${row.cleanup} | the group |`).join('\n')}

\`scaled\` is the installation's partition count, ${table.partitions} unless it says otherwise. \`<tier>\` is one of ${(table.templates.retry.tiers ?? []).join(', ')}.

## Records

${[...records.values()].join('\n')}`;
}
