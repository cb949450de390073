// Brings the README's chaos table up to date with the saved run; does nothing while there is none.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withChaos } from './chaos-table.ts';
import { readResults } from './results.ts';

const readme = join(import.meta.dirname, '../../../README.md');
const results = await readResults();
if (results !== null) {
  const before = await readFile(readme, 'utf8');
  const after = withChaos(before, results);
  if (after !== before) await writeFile(readme, after);
}
