import { eventTypeOf } from '../src/avro-schema.ts';
import { schemaConstant } from './emit-records.ts';
import { docComment } from './emit-types.ts';
import { literal, referTo } from './literal.ts';
import { createModuleText, type ModuleText } from './module-text.ts';
import { allTopics, type TopicTable, tierWaitMs } from './topic-table.ts';

/** `topics.ts` (constants) and `topic-table.ts` (what provisioning needs). */
export function emitTopics(table: TopicTable): ReadonlyMap<string, ModuleText> {
  return new Map([
    ['topics.ts', emitConstants(table)],
    ['topic-table.ts', emitTable(table)],
  ]);
}

function emitConstants(table: TopicTable): ModuleText {
  const module = createModuleText();
  const of = (schema: { readonly namespace?: string }) =>
    `./${(schema.namespace?.split('.')[2] ?? '').replaceAll('_', '-')}.ts`;
  const topic = module.use('Topic', '../topic.ts', 'type');
  const define = module.use('defineTopic', '../topic.ts', 'value');
  const plain = table.topics.map(({ name, constant, schema, key, partitions }) => {
    const declaration = {
      name,
      type: eventTypeOf(schema),
      partitions: partitions === 'scaled' ? table.partitions : partitions,
      schema: referTo(
        `${module.use('selfContained', '../avro-schema.ts', 'value')}(${module.use(schemaConstant(schema), of(schema), 'value')})`,
      ),
    };
    const head = `  ${constant}: ${define}(`;
    return {
      type: `${docComment(`${schema.doc} Key: ${key}.`, '  ')}  readonly ${constant}: ${topic}<${module.use(schema.name ?? '', of(schema), 'type')}>;\n`,
      value: `${head}${literal(declaration, { indent: 2, column: head.length + 1 })}),\n`,
    };
  });
  const definition = module.use('EntityDefinition', '../entities.ts', 'type');
  const entities = table.entities.map(({ name, schema }) => {
    module.use(name, of(schema), 'value');
    return `  readonly ${name}: ${definition}<${module.use(schema.name ?? '', of(schema), 'type')}>;\n`;
  });
  const staged = table.entities.flatMap(({ name, stages }) =>
    Object.entries(stages).map(([stage, { constant }]) => ({
      type: `  readonly ${constant}: Entities['${name}']['${stage}'];\n`,
      value: `  ${constant}: ${name}.${stage},\n`,
    })),
  );
  module.add(
    `export interface Entities {\n${entities.join('')}}\nexport type EntityName = keyof Entities;\n`,
    `/** Every entity: its canonical record and its three topics. */\nexport const entities: Entities = ${literal(Object.fromEntries(table.entities.map(({ name }) => [name, referTo(name)]))).replaceAll(/(\w+): \1/g, '$1')};\n`,
    `export interface Topics {\n${[...plain, ...staged].map(({ type }) => type).join('')}}\n`,
    `/** Every topic with a schema of its own. */\nexport const topics: Topics = {\n${[...plain, ...staged].map(({ value }) => value).join('')}};\n`,
  );
  return module;
}

function emitTable(table: TopicTable): ModuleText {
  const module = createModuleText();
  const rows = allTopics(table).map(({ name, partitions, retention, cleanup, stamped }) => ({
    name,
    partitions,
    retention,
    cleanup,
    stamped,
  }));
  const tiers = table.templates.retry.tiers ?? [];
  const waits = Object.fromEntries(tiers.map((tier) => [tier, tierWaitMs(tier)]));
  const whole = { partitions: table.partitions, maxMessageBytes: table.maxMessageBytes, topics: rows };
  module.add(`/** The tiers that a failing record passes, in their order; each is named for how long it waits there. */
export type RetryTier = ${tiers.map((tier) => `'${tier}'`).join(' | ')};
export const retryWaitsMs: Readonly<Record<RetryTier, number>> = ${literal(waits, { column: 65 })};

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
} = ${literal({ ...whole, templates: table.templates })};
`);
  return module;
}
