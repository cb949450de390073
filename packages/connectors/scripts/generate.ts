// Writes the registry of the connectors from their folders, and the README's table of them.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Connector } from '../src/kit/connector.ts';

const folder = join(import.meta.dirname, '../src');
const names = readdirSync(join(folder, 'vendors'))
  .filter((name) => existsSync(join(folder, 'vendors', name, 'connector.ts')))
  .toSorted();

const identifier = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const entry = (name: string): string => (identifier(name) === name ? name : `'${name}': ${identifier(name)}`);

write(
  join(folder, 'generated/connectors.ts'),
  `// Made by \`npm run generate\` from src/vendors/*/connector.ts. Do not edit.
import type { Connector } from '../kit/connector.ts';
${names.map((name) => `import { connector as ${identifier(name)} } from '../vendors/${name}/connector.ts';\n`).join('')}
/** Every connector, by the name of its folder. */
export const connectors: Readonly<Record<string, Connector>> = {
${names.map((name) => `  ${entry(name)},\n`).join('')}};
`,
);

const readme = join(folder, '../README.md');
const begin = '<!-- connectors:begin (generated from src/vendors, `npm run generate`) -->';
const end = '<!-- connectors:end -->';
const loaded: Connector[] = [];
for (const name of names) {
  const { connector } = (await import(pathToFileURL(join(folder, 'vendors', name, 'connector.ts')).href)) as {
    connector: Connector;
  };
  loaded.push(connector);
}
const text = readFileSync(readme, 'utf8');
const [before = '', rest = ''] = text.split(begin);
const [, after = ''] = rest.split(end);
write(readme, `${before}${begin}\n${tableOf(loaded)}${end}${after}`);

function tableOf(connectors: readonly Connector[]): string {
  const rows = connectors.map(({ name, label, category, api, source, sink, simulator }) => {
    const parts = Object.entries({ source, sink, simulator }).flatMap(([part, made]) =>
      made === undefined ? [] : part,
    );
    const version = api === null ? '' : `${api.version}${api.sunset === null ? '' : ` until ${api.sunset}`}`;
    return `| [${name}](src/vendors/${name}) | ${label} | ${category} | ${version} | ${parts.join(', ')} |\n`;
  });
  return `| connector | system | category | API version | parts |\n|---|---|---|---|---|\n${rows.join('')}`;
}

function write(path: string, made: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== made) writeFileSync(path, made);
}
