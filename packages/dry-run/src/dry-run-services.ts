import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OpenDryRun } from './dry-service.ts';

/** How each service of the tree takes part in a dry run, from the `src/dry-run.ts` of its folder. */
export async function loadDryRunServices(root: string): Promise<ReadonlyMap<string, OpenDryRun>> {
  const folder = join(root, 'services');
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'src/dry-run.ts')));
  const loaded = new Map<string, OpenDryRun>();
  for (const name of names) {
    const file = pathToFileURL(join(folder, name, 'src/dry-run.ts')).href;
    const { openDryRun } = (await import(file)) as { readonly openDryRun: OpenDryRun };
    loaded.set(name, openDryRun);
  }
  return loaded;
}
