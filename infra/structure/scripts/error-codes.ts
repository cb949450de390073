// Writes infra/ERRORS.md from the catalogues of error codes; `--check` only says whether it drifted (exit 1).
// Convention: a catalogue is an `export const <area>Errors = { X_…: 'what it means and what fixes it' }`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cataloguePaths, root } from '../workspace.ts';

const page = join(root, 'infra/ERRORS.md');

const sections = await Promise.all(
  cataloguePaths().map(async (path) => {
    const exported = Object.entries((await import(pathToFileURL(join(root, path)).href)) as Record<string, object>);
    const rows = exported
      .filter(([name]) => name.endsWith('Errors'))
      .flatMap(([, catalogue]) => Object.entries(catalogue as Record<string, string>))
      .map(([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`);
    return `## ${path.replace(/\/src\/.*/, '')}\n\nDeclared in [${path}](../${path}).\n\n| code | meaning and cure |\n|---|---|\n${rows.join('\n')}\n`;
  }),
);

const text = `# Error codes

Every code that an answer, a log line, a dead letter or a command may carry. Generated from the catalogues by \`npm run generate\`.

${sections.join('\n')}`;

if (readFileOr(page) !== text) {
  if (process.argv.includes('--check')) process.exitCode = 1;
  else writeFileSync(page, text);
  process.stdout.write(`${process.argv.includes('--check') ? 'drifted' : 'updated'}: infra/ERRORS.md\n`);
}

function readFileOr(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
