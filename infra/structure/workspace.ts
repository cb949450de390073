import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const root: string = join(import.meta.dirname, '../..');

const skipped = new Set(['node_modules', '.git', '.turbo', 'dist', 'coverage', '.millrace']);

/** Every file below a folder of the repository, as paths from the root; installed folders left out. */
export function filesBelow(folder: string, keep: (path: string) => boolean): string[] {
  const absolute = join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(absolute, entry.name);
    if (entry.isDirectory()) return filesBelow(relative(root, path), keep);
    const fromRoot = relative(root, path);
    return keep(fromRoot) ? [fromRoot] : [];
  });
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Folders that hold a package.json below `packages`, `services` and `infra`. */
export function members(): string[] {
  return ['packages', 'services', 'infra'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json'))),
  );
}

/** Source files of packages and services that run in production; tests and their fixtures left out. */
export function sourceFiles(): string[] {
  return ['packages', 'services', 'infra/provision', 'infra/supervisor'].flatMap((folder) =>
    filesBelow(folder, (path) => /\/src\/.*\.ts$/.test(path) && !path.startsWith('packages/conformance/')),
  );
}

/** Files that declare error codes. */
export function cataloguePaths(): string[] {
  return sourceFiles()
    .filter((path) => /^export const \w+Errors = \{$/m.test(readText(path)))
    .toSorted();
}
