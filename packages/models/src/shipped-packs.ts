import { fileURLToPath } from 'node:url';

/** Folder of the packs that come with Millrace; a pack's name is its folder's. */
export const shippedPacks: string = fileURLToPath(new URL('../packs', import.meta.url));
