import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emitCatalogue } from './emit-catalogue.ts';
import { emitRecords } from './emit-records.ts';
import { emitTopics } from './emit-topics.ts';
import { writeMissingGoldens } from './goldens.ts';
import { bindings } from './module-text.ts';
import { readSchemaFiles } from './schema-files.ts';
import { lintSchemas } from './schema-lint.ts';
import { allTopics, readTopicTable, type TopicTable } from './topic-table.ts';

const banner = '// Made by `npm run generate` from schemas/. Do not edit.\n';

export interface Generated {
  readonly table: TopicTable;
  /** File name in `src/generated` → text. */
  readonly modules: ReadonlyMap<string, string>;
  readonly catalogue: string;
}

/** Everything that follows from schemas/, without writing it. Throws one error that lists every problem. */
export function generate(schemasFolder: string): Generated {
  const files = readSchemaFiles(schemasFolder);
  const problems = lintSchemas(files);
  if (problems.length > 0) throw new Error(`schemas/ does not follow its rules:\n${problems.join('\n')}`);
  const table = readTopicTable(readFileSync(join(schemasFolder, 'topics.yaml'), 'utf8'), files);
  const records = emitRecords(files, table);
  const exported = [...records].map(
    ([name, module]) => [name, bindings('export type', [...module.types()].sort(), `./${name}`)] as const,
  );
  const index = [...exported, ['topics.ts', "export * from './topics.ts';\n"] as const]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, line]) => line)
    .join('');
  const modules = new Map([
    ...[...records, ...emitTopics(table)].map(([name, module]) => [name, banner + module.text()] as const),
    ['index.ts', `${banner}${index}`] as const,
  ]);
  return { table, modules, catalogue: emitCatalogue(table) };
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../../..');
  const { table, modules, catalogue } = generate(join(root, 'schemas'));
  const folder = join(import.meta.dirname, '../src/generated');
  mkdirSync(folder, { recursive: true });
  for (const stale of readdirSync(folder).filter((file) => !modules.has(file))) rmSync(join(folder, stale));
  for (const [name, text] of modules) writeFileSync(join(folder, name), text);
  writeFileSync(join(root, 'schemas/README.md'), catalogue);
  const goldens = writeMissingGoldens(join(root, 'schemas/golden'), allTopics(table));
  process.stdout.write(
    `contracts: ${modules.size} modules, ${allTopics(table).length} topics${goldens.length ? `, new goldens ${goldens.join(' ')}` : ''}\n`,
  );
}
