import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { Context } from './context.ts';

/** What each file directly below `verbs/` exports: it adds its verbs to the program. */
export interface VerbGroup {
  addVerbs(program: Command, context: Context): void;
}

const folder = join(import.meta.dirname, 'verbs');

/** Every file below `verbs/`, by name: a file that is there is a verb, and no list names it. */
export async function verbGroups(): Promise<readonly VerbGroup[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted();
  return Promise.all(files.map((name) => import(pathToFileURL(join(folder, name)).href) as Promise<VerbGroup>));
}
