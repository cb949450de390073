// Brings the README's performance table up to date with the saved figures; does nothing while there are none.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPerformance } from './performance-table.ts';
import { readResults } from './results.ts';

const readme = join(import.meta.dirname, '../../../README.md');
const results = await readResults();
if (results !== null) {
  const before = await readFile(readme, 'utf8');
  const after = withPerformance(before, results);
  if (after !== before) await writeFile(readme, after);
}
