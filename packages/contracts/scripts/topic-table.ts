import { parse } from 'yaml';
import { type AvroNode, eventTypeOf, majorOf, nounOf, selfContained } from '../src/avro-schema.ts';
import { completeTemplate, type EntityStage } from '../src/entity-template.ts';
import { versionKind } from '../src/version-field.ts';
import { declaredRecords, entityTemplates, type SchemaFile } from './schema-files.ts';

/** One row of topics.yaml with everything derived from it. */
export interface TopicRow {
  readonly name: string;
  /** `webhooks.received.v1` → `webhooksReceived`. */
  readonly constant: string;
  /** `webhook-received` → `webhook.received`. */
  readonly type: string;
  /** Self-contained. */
  readonly schema: AvroNode;
  /** `schemas/golden/<golden>.v<n>.<m>.avro`. */
  readonly golden: string;
  readonly key: string;
  readonly partitions: number | 'scaled';
  readonly retention: string;
  readonly cleanup: 'delete' | 'compact';
  /** Whose clock a record's time is: the writer's, or the broker's at the moment of writing. */
  readonly stamped: 'event' | 'written';
  readonly owner: string;
}
export interface EntityRow {
  readonly name: string;
  readonly schema: AvroNode;
  /** The field that says which event is newer; null for none. */
  readonly version: string | null;
  readonly stages: Readonly<Record<EntityStage, TopicRow>>;
}
export interface Template {
  readonly name: string;
  readonly tiers?: readonly string[];
  readonly partitions: 'scaled';
  readonly retention: string;
  readonly cleanup: 'delete';
  readonly extraBytes: number;
}
export interface TopicTable {
  readonly partitions: number;
  readonly maxMessageBytes: number;
  readonly topics: readonly TopicRow[];
  readonly entities: readonly EntityRow[];
  readonly templates: Readonly<Record<'retry' | 'dlq' | 'lane', Template>>;
}

interface Yaml {
  readonly partitions: number;
  readonly maxMessageBytes: number;
  readonly topics: Readonly<
    Record<
      string,
      Omit<TopicRow, 'name' | 'constant' | 'type' | 'schema' | 'golden' | 'stamped'> & {
        readonly schema: string;
        readonly stamped?: TopicRow['stamped'];
      }
    >
  >;
  readonly entities: Readonly<
    Record<string, { readonly schema: string; readonly retention: string; readonly version?: string }>
  >;
  readonly entityStages: Readonly<Record<EntityStage, { readonly owner: string }>>;
  readonly entityKey: string;
  readonly templates: TopicTable['templates'];
}

const constantOf = (topic: string): string =>
  topic
    .replace(/\.v1$/, '')
    .replace(/\.v(\d+)$/, 'V$1')
    .replace(/[.-]([a-z])/g, (_, letter: string) => letter.toUpperCase());

function row(
  name: string,
  schema: AvroNode,
  rest: Pick<TopicRow, 'key' | 'partitions' | 'retention' | 'cleanup' | 'owner'> & Partial<Pick<TopicRow, 'stamped'>>,
): TopicRow {
  return {
    name,
    constant: constantOf(name),
    type: eventTypeOf(schema),
    schema,
    golden: `${nounOf(schema)}.${majorOf(schema)}`,
    key: rest.key,
    partitions: rest.partitions,
    retention: rest.retention,
    cleanup: rest.cleanup,
    stamped: rest.stamped ?? 'event',
    owner: rest.owner,
  };
}

/** Joins topics.yaml with the schema files. Throws one error that lists every row that cannot be. */
export function readTopicTable(text: string, files: readonly SchemaFile[]): TopicTable {
  const yaml = parse(text) as Yaml;
  const problems: string[] = [];
  const declared = declaredRecords(files);
  const templates = entityTemplates(files);
  const schemaAt = (topic: string, path: string): AvroNode => {
    const found = files.find((file) => file.path === path)?.schema;
    if (found) return found;
    problems.push(`topics.yaml: ${topic} names schema ${path}, which is no file`);
    return { type: 'record', name: 'Missing', namespace: 'io.millrace', fields: [] };
  };
  const topics = Object.entries(yaml.topics).map(([name, one]) =>
    row(name, selfContained(schemaAt(name, one.schema), declared), one),
  );
  const entities = Object.entries(yaml.entities).map(([name, one]) => {
    const schema = schemaAt(name, one.schema);
    const stage = (verb: EntityStage): TopicRow => {
      const major = majorOf(schema);
      const rest = {
        key: yaml.entityKey,
        partitions: 'scaled',
        retention: one.retention,
        cleanup: 'delete',
        stamped: 'written',
        owner: yaml.entityStages[verb].owner,
      } as const;
      return row(`${name}.${verb}.${major}`, completeTemplate(templates[verb], schema, declared), rest);
    };
    return {
      name,
      schema: selfContained(schema, declared),
      version: one.version ?? null,
      stages: { received: stage('received'), enriched: stage('enriched'), classified: stage('classified') },
    };
  });
  const all = [...topics, ...entities.flatMap((entity) => Object.values(entity.stages))];
  for (const one of all) {
    for (const column of ['key', 'partitions', 'retention', 'cleanup', 'owner'] as const) {
      if (one[column] === undefined || one[column] === '') problems.push(`topics.yaml: ${one.name} has no ${column}`);
    }
    if (!/^(forever|[1-9]\d*[dh])$/.test(one.retention ?? ''))
      problems.push(`topics.yaml: ${one.name} has retention ${one.retention}; write <n>d, <n>h or forever`);
    if (!['delete', 'compact'].includes(one.cleanup))
      problems.push(`topics.yaml: ${one.name} has cleanup ${one.cleanup}; write delete or compact`);
    if (!['event', 'written'].includes(one.stamped))
      problems.push(`topics.yaml: ${one.name} is stamped ${one.stamped}; write event or written`);
  }
  for (const { name, schema, version } of entities) {
    if (version !== null && versionKind(schema, version) === null)
      problems.push(`topics.yaml: ${name} has version ${version}; name a field that is an instant or a whole number`);
  }
  const waits = (yaml.templates.retry.tiers ?? []).map(tierWaitMs);
  if (waits.length === 0 || waits.some((wait, at) => Number.isNaN(wait) || wait <= (waits[at - 1] ?? 0)))
    problems.push('topics.yaml: the retry tiers are durations such as 1m, 10m, 1h, each longer than the one before');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    partitions: yaml.partitions,
    maxMessageBytes: yaml.maxMessageBytes,
    topics,
    entities,
    templates: yaml.templates,
  };
}

export const allTopics = (table: TopicTable): readonly TopicRow[] => [
  ...table.topics,
  ...table.entities.flatMap((entity) => Object.values(entity.stages)),
];

/** How long a record waits in a tier: what it is named for. NaN for what is no duration. */
export function tierWaitMs(tier: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(tier) ?? [];
  return count === undefined
    ? Number.NaN
    : Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
