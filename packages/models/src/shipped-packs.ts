import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the packs that come with Millrace; a pack's name is its folder's. */
export const shippedPacks: string = fileURLToPath(new URL('../packs', import.meta.url));

/** What a pack with a scorecard and approved answers judges. */
export const shippedTasks: readonly string[] = ['category', 'priority', 'sentiment', 'language', 'reply'];

/** Names of the packs in a folder; none where there is no folder, so that the flow check names the pack that is missed. */
export function packsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'pack.json')))
    .map(({ name }) => name)
    .sort();
}
