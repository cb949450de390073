import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JavaParts } from './java-parts.ts';

/** Which archive a start should use, and whether to write it. */
export type ArchiveUse =
  | { readonly kind: 'none' }
  | { readonly kind: 'use'; readonly path: string }
  /** Written by the JVM when it ends by SIGTERM. */
  | { readonly kind: 'write'; readonly path: string };

/** JVM flags for it. A JVM that an archive does not fit ignores it. */
export const archiveFlags = (use: ArchiveUse): readonly string[] => {
  switch (use.kind) {
    case 'none':
      return [];
    case 'use':
      return ['-Xshare:auto', `-XX:SharedArchiveFile=${use.path}`, '-Xlog:disable', '-Xlog:all=error:stderr'];
    case 'write':
      return [`-XX:ArchiveClassesAtExit=${use.path}`, '-Xlog:disable', '-Xlog:all=error:stderr'];
  }
};

/** Where the archive of one server for this very Java lies. */
const archivePath = (parts: JavaParts, server: 'kafka' | 'registry'): string =>
  join(parts.folder, `${server}-${createHash('sha256').update(parts.java.version).digest('hex').slice(0, 12)}.jsa`);

/** The archive where there is one. */
export const findArchive = (parts: JavaParts, server: 'kafka' | 'registry'): ArchiveUse => {
  const path = archivePath(parts, server);
  return existsSync(path) ? { kind: 'use', path } : { kind: 'none' };
};

/**
 * Makes the archive once, by a trial run that ends well: later starts load classes from it, which halves their time
 * and saves memory. It appears by one rename; without it everything works, only slower, so a failure is not one.
 */
export const ensureArchive = async (
  parts: JavaParts,
  server: 'kafka' | 'registry',
  trial: (use: ArchiveUse) => Promise<void>,
): Promise<void> => {
  const path = archivePath(parts, server);
  if (existsSync(path)) return;
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await trial({ kind: 'write', path: temporary });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true });
  }
};
