import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDataFolder } from '../src/data-folder.ts';
import { runStandIn, temporaryFolder } from './fixtures.ts';

describe('the data folder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is made, taken and given back', async () => {
    const path = join(folder.path, 'new', 'data');
    const taken = await openDataFolder(path);
    expect(taken.wasKilled).toBe(false);
    await taken.release();
    expect(await readdir(path)).toEqual([]);
  });

  it('is refused in one sentence while another process holds it', async () => {
    const { child } = await runStandIn('folder-owner.mjs', folder.path);
    await expect(openDataFolder(folder.path)).rejects.toMatchObject({
      code: 'X_SUPERVISOR_RUNNING',
      message: `Millrace is already running on ${folder.path} (process ${child.pid}); stop it first, or start another with its own --data and --port-base.`,
    });
    child.kill('SIGKILL');
  });

  it('is free again when its holder was killed, whoever has that pid now', async () => {
    const { child } = await runStandIn('folder-owner.mjs', folder.path);
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await openDataFolder(folder.path)).release();
    await writeFile(join(folder.path, 'supervisor.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    await (await openDataFolder(folder.path)).release();
  });

  it.each(['{"ready": true, "pid": 1', '{"ready": true, "pid": 4194304}'])(
    'takes a state file left behind (%s) as the sign of a kill, and removes it',
    async (left) => {
      await writeFile(join(folder.path, 'state.json'), left);
      const taken = await openDataFolder(folder.path);
      expect(taken.wasKilled).toBe(true);
      expect(existsSync(join(folder.path, 'state.json'))).toBe(false);
      await taken.release();
    },
  );

  it('is refused in one sentence when it cannot be written', async () => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const path = join(file, 'data');
    await expect(openDataFolder(path)).rejects.toMatchObject({
      code: 'X_EMBEDDED_DATA_NOT_WRITABLE',
      message: `The data folder ${path} cannot be written; choose another with --data or correct its owner and mode.`,
    });
  });

  it('is refused in one sentence where no folder can be made', async () => {
    const path = '/proc/millrace/data';
    await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'X_EMBEDDED_DATA_NOT_WRITABLE' });
  });

  it('is refused in one sentence when its disk is full', async () => {
    await expect(openDataFolder(folder.path, { freeBytes: async () => 30 * 1024 * 1024 })).rejects.toMatchObject({
      code: 'X_SUPERVISOR_DISK_FULL',
      message: `The disk of the data folder ${folder.path} has only 30 MB left and 256 MB are needed; make room or choose another with --data.`,
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('lets other users pass, so that Postgres may run as one', async () => {
    const path = join(folder.path, 'closed');
    await mkdir(path, { mode: 0o700 });
    await (await openDataFolder(path)).release();
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });
});
