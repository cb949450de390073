import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Flows } from '@millrace/flows';

export interface ReferenceOptions {
  readonly flows: Flows;
  readonly flowsFolder: string;
  readonly operatorUrl: string;
  readonly operatorToken: string;
}

/** Loads `reference/<table>.csv` of the flow files for each table that a flow looks up, as an operator would. */
export const loadReferenceTables = async ({ flows, flowsFolder, operatorUrl, operatorToken }: ReferenceOptions, signal: AbortSignal): Promise<void> => {
  const folder = join(flowsFolder, 'reference');
  if (!existsSync(folder)) return;
  const wanted = new Set(Object.values(flows.flows).flatMap((flow) => flow.enrich.map(({ table }) => table)));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.csv') && wanted.has(basename(name, '.csv')));
  for (const name of files) {
    const response = await fetch(`${operatorUrl}/v1/reference/${basename(name, '.csv')}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'text/csv' },
      body: await readFile(join(folder, name)),
      signal,
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the reference table ${basename(name, '.csv')} was refused with status ${response.status}.`);
  }
};
