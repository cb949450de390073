// Brings the settings table of every service README up to date; `--check` only says which ones drifted (exit 1).
// Convention: services/<name>/src/config.ts exports `settings`, the README holds the two markers.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { embedSettingsTable } from '../src/settings-table.ts';

const services = join(import.meta.dirname, '../../../services');
const checkOnly = process.argv.includes('--check');

for (const name of readdirSync(services).toSorted()) {
  const config = join(services, name, 'src/config.ts');
  const readme = join(services, name, 'README.md');
  if (!existsSync(config) || !existsSync(readme)) continue;
  const { settings } = await import(pathToFileURL(config).href);
  const before = readFileSync(readme, 'utf8');
  const after = embedSettingsTable(before, settings);
  if (after === before) continue;
  if (checkOnly) process.exitCode = 1;
  else writeFileSync(readme, after);
  process.stdout.write(`${checkOnly ? 'drifted' : 'updated'}: services/${name}/README.md\n`);
}
