import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findPostgresUser, type PostgresUser } from '../src/postgres-user.ts';

describe('the user Postgres runs as', () => {
  let folder = '';
  let file = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-closed-'));
    file = join(folder, 'program');
    await writeFile(file, '#!/bin/sh\nid -u\n');
    await chmod(file, 0o755);
    await chmod(folder, 0o700);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = ({ ids, prefix }: PostgresUser, ...command: readonly string[]) => {
    const [program = '', ...args] = [...prefix, ...command];
    return spawnSync(program, args, { encoding: 'utf8', ...(prefix.length > 0 || ids === undefined ? {} : ids) });
  };

  it('is never root', async () => {
    expect(run(await findPostgresUser(['/bin/sh']), 'id', '-u').stdout.trim()).not.toBe('0');
  });

  it('finds and runs programs below a folder that is closed to others, as a clone in a home folder is', async () => {
    const user = await findPostgresUser([file]);
    expect(run(user, 'test', '-x', file).status).toBe(0); // by access(2), as Postgres asks
    expect(run(user, file).stdout).toBe(run(user, 'id', '-u').stdout);
  });
});
