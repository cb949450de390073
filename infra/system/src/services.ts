import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDeclaration } from '@millrace/service';

/** Every service of the tree, from the `src/service.ts` of its folder, by port. */
export async function loadServices(root: string): Promise<readonly ServiceDeclaration[]> {
  const folder = join(root, 'services');
  const files = readdirSync(folder)
    .map((name) => join(folder, name, 'src/service.ts'))
    .filter((file) => existsSync(file));
  const loaded = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
  return (loaded as readonly { readonly service: ServiceDeclaration }[])
    .map(({ service }) => service)
    .toSorted((one, other) => one.port - other.port);
}
