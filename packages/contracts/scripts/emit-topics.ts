import { allTopics, type TopicTable, tierWaitMs } from './topic-table.ts';

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** `topics.ts` (constants), `schemas.ts` (self-contained schemas) and `topic-table.ts` (what provisioning needs). */
export function emitTopics(table: TopicTable): ReadonlyMap<string, string> {
  const all = allTopics(table);
  const typeOf = (constant: string) => all.find((row) => row.constant === constant)?.schema;
  const imports = new Map<string, Set<string>>();
  const use = (schema: { readonly name?: string; readonly namespace?: string } | undefined) => {
    const folder = schema?.namespace?.split('.')[2] ?? '';
    const name = schema?.name ?? '';
    imports.set(folder, (imports.get(folder) ?? new Set()).add(name));
    return name;
  };
  const constants = all.map((row) => ({ ...row, value: use(typeOf(row.constant)) }));
  const entityTypes = table.entities.map((entity) => ({ ...entity, value: use(entity.schema) }));

  const topics = `${[...imports]
    .sort()
    .map(
      ([folder, names]) =>
        `import type { ${[...names].sort().join(', ')} } from './${folder.replaceAll('_', '-')}.ts';\n`,
    )
    .join('')}
import { recordType } from '../codec.ts';
import type { EntityDefinition } from '../entities.ts';
import { defineTopic, type Topic } from '../topic.ts';
import { schemas } from './schemas.ts';

export interface Topics {
${constants.map((row) => `  /** ${row.schema.doc} Key: ${row.key}. */\n  readonly ${row.constant}: Topic<${row.value}>;\n`).join('')}}

/** Every topic with a schema of its own. */
export const topics: Topics = {
${constants.map((row) => `  ${row.constant}: defineTopic({ name: '${row.name}', type: '${row.type}', partitions: ${row.partitions === 'scaled' ? table.partitions : row.partitions}, schema: schemas.${row.constant} }),\n`).join('')}};

export interface Entities {
${entityTypes.map((entity) => `  readonly ${entity.name}: EntityDefinition<${entity.value}>;\n`).join('')}}
export type EntityName = keyof Entities;

/** Every entity: its canonical record and its three topics. */
export const entities: Entities = {
${entityTypes
  .map(
    (entity) =>
      `  ${entity.name}: {\n    name: '${entity.name}',\n    record: recordType(schemas.${entity.name}),\n    version: ${entity.version === null ? 'null' : `'${entity.version}'`},\n    received: topics.${entity.stages.received.constant},\n    enriched: topics.${entity.stages.enriched.constant},\n    classified: topics.${entity.stages.classified.constant},\n  },\n`,
  )
  .join('')}};
`;

  const rows = all.map(({ name, partitions, retention, cleanup, stamped }) => ({
    name,
    partitions,
    retention,
    cleanup,
    stamped,
  }));
  const tiers = table.templates.retry.tiers ?? [];
  const tableModule = `/** The tiers that a failing record passes, in their order; each is named for how long it waits there. */
export type RetryTier = ${tiers.map((tier) => `'${tier}'`).join(' | ')};
export const retryWaitsMs: Readonly<Record<RetryTier, number>> = ${json(Object.fromEntries(tiers.map((tier) => [tier, tierWaitMs(tier)])))};

export interface TopicTableRow {
  readonly name: string;
  readonly partitions: number | 'scaled';
  readonly retention: string;
  readonly cleanup: string;
  readonly stamped: 'event' | 'written';
}
export interface TopicTemplate {
  readonly name: string;
  readonly tiers?: readonly string[];
  readonly partitions: 'scaled';
  readonly retention: string;
  readonly cleanup: string;
  readonly extraBytes: number;
}

/** schemas/topics.yaml, expanded. */
export const topicTable: {
  readonly partitions: number;
  readonly maxMessageBytes: number;
  readonly topics: readonly TopicTableRow[];
  readonly templates: Readonly<Record<'retry' | 'dlq' | 'lane', TopicTemplate>>;
} = ${json({ partitions: table.partitions, maxMessageBytes: table.maxMessageBytes, topics: rows, templates: table.templates })};
`;

  const named = [
    ...all.map((row) => [row.constant, row.schema] as const),
    ...table.entities.map((entity) => [entity.name, entity.schema] as const),
  ];
  const schemas = `/** Self-contained Avro schemas, as registered. */
export const schemas: Readonly<Record<${named.map(([name]) => `'${name}'`).join(' | ')}, object>> = ${json(Object.fromEntries(named))};
`;
  return new Map([
    ['topics.ts', topics],
    ['topic-table.ts', tableModule],
    ['schemas.ts', schemas],
  ]);
}
