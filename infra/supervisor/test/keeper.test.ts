import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@millrace/embedded';
import { Keeper } from '../src/keeper.ts';
import { type Program, programPart } from '../src/program.ts';
import { isAlive, runStandIn, standIn, temporaryFolder, until } from './fixtures.ts';

describe('a kept part', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let port = 0;
  const said: string[] = [];
  const keepers: Keeper[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    [port = 0] = await freePorts(1);
    said.length = 0;
  });
  afterEach(async () => {
    await Promise.all(keepers.splice(0).map((keeper) => keeper.close()));
    await folder.remove();
  });

  const program = (how: string, over: Partial<Program> = {}): Program => ({
    name: 'stand-in',
    script: standIn('part.mjs'),
    args: [String(port), how],
    env: {},
    readyUrls: [`http://127.0.0.1:${port}/`],
    logFile: join(folder.path, 'stand-in.log'),
    ...over,
  });
  const keep = (how: string, onChange = (): void => {}, over: Partial<Program> = {}): Keeper => {
    const keeper = new Keeper(programPart(program(how, over)), {
      say: (_part, message) => said.push(message),
      onChange,
      firstPauseMs: 20,
    });
    keepers.push(keeper);
    return keeper;
  };

  it('is started again when it is killed, with a new pid', async () => {
    let changes = 0;
    const keeper = keep('well', () => {
      changes += 1;
    });
    await keeper.open();
    const before = keeper.pid;
    process.kill(before, 'SIGKILL');
    await until('the restart', () => keeper.pid !== before && changes === 1);
    await until('it to be back', () => said.includes(`is back (process ${keeper.pid})`));
    expect(said[0]).toBe('ended (SIGKILL), starting it again');
    expect(isAlive(before)).toBe(false);
  });

  it('is not started again when it is fenced', async () => {
    const keeper = keep('well');
    await keeper.open();
    await fetch(`http://127.0.0.1:${port}/fenced`);
    await until('the word', () => said.length > 0);
    expect(said).toEqual(['is fenced: another process has its place, so it is not started again']);
    expect(isAlive(keeper.pid)).toBe(false);
  });

  it('says in one sentence why it could not start at all', async () => {
    const keeper = keep('fails');
    await expect(keeper.open()).rejects.toMatchObject({
      code: 'X_SUPERVISOR_SERVICE_FAILED',
      message: `stand-in ended while it was starting (exit code 1): Service could not start: the moon is in the wrong house; see ${join(folder.path, 'stand-in.log')}.`,
    });
  });

  it('says what it waits for when it is late, and is gone then', async () => {
    const keeper = keep('never-ready', () => {}, { readyWithinMs: 500 });
    await expect(keeper.open()).rejects.toMatchObject({
      code: 'X_SUPERVISOR_SERVICE_LATE',
      message: `stand-in was not ready within 0.5 s: moon (it has not risen); see ${join(folder.path, 'stand-in.log')}.`,
    });
    expect(isAlive(keeper.pid)).toBe(false);
  });

  it('is gone when it is closed, and closing again is nothing', async () => {
    const keeper = keep('well');
    await keeper.open();
    await keeper.close();
    expect(isAlive(keeper.pid)).toBe(false);
    await keeper.close();
    expect(said).toEqual([]);
  });

  it('ends with its keeper, even when that is killed and it ignores SIGTERM', async () => {
    const { child, line } = await runStandIn(
      'keeper-host.mjs',
      standIn('part.mjs'),
      String(port),
      join(folder.path, 'stand-in.log'),
    );
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await until('the orphan to end', () => !isAlive(pid));
  });
});
