import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freePorts } from '../src/ports.ts';
import { startPostgres } from '../src/postgres.ts';

describe('an embedded Postgres', () => {
  let folder = '';
  let options: { readonly dataDir: string; readonly port: number; readonly password: string };

  beforeEach(async () => {
    // Closed to others, as a home folder is: root's Postgres runs as another user and must pass all the same.
    folder = await mkdtemp(join(tmpdir(), 'millrace-postgres-'));
    await chmod(folder, 0o700);
    const [port = 0] = await freePorts(1);
    options = { dataDir: join(folder, 'postgres'), port, password: 'p@ss/word' };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const ask = async (url: string, statement: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  };

  it('has what was written before a kill', async () => {
    const first = await startPostgres(options);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await startAgain();
    expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  /** Its orphaned children may hold the memory for a moment: then it refuses, and whoever keeps it tries again. */
  const startAgain = async (): ReturnType<typeof startPostgres> => {
    const deadline = performance.now() + 30_000;
    for (;;) {
      try {
        return await startPostgres(options);
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  };

  it('lets nobody in without the password', async () => {
    const postgres = await startPostgres(options);
    const url = new URL(postgres.url);
    url.password = 'wrong';
    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await postgres.stop();
  });

  it('says in one sentence that its data folder is of another version', async () => {
    await (await startPostgres(options)).stop();
    await writeFile(join(options.dataDir, 'PG_VERSION'), '15\n');
    await expect(startPostgres(options)).rejects.toMatchObject({
      code: 'X_EMBEDDED_DATA_VERSION',
      message: `The data folder ${options.dataDir} belongs to Postgres 15, this is Postgres 18; choose another with --data.`,
    });
  });

  it('leaves nothing beside its folder but its log', async () => {
    await (await startPostgres(options)).stop();
    expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.log']);
  });
});
