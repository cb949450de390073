import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** Real sentences of bank customers: Banking77's test file (CC BY 4.0, attribution beside it), which no pack was trained on. */
const file = 'packages/models/data/banking77/test.csv';

export const readSampleTexts = async (root: string): Promise<readonly string[]> => {
  const rows = parse(await readFile(join(root, file), 'utf8'), { columns: true, skip_empty_lines: true }) as readonly { readonly text: string }[];
  return rows.map(({ text }) => text);
};
