import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exitCodes } from '../src/index.ts';
import { startProcess } from './start-process.ts';

const bin = join(import.meta.dirname, '../bin/millrace.mjs');

const millrace = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  startProcess(process.execPath, [bin, ...args], env);

describe('a reader that leaves early', () => {
  it.each(['flows map', '--help', 'dlq nonsense'])('ends %s quietly, as it would have ended', async (line) => {
    const args = line.split(' ');
    const { code } = await millrace(args).done;
    const left = millrace(args);
    left.child.stdout.destroy();
    if (code !== 0) left.child.stderr.destroy();
    expect(await left.done).toEqual({ code, out: '', err: '' });
  });
});

describe('Ctrl-C', () => {
  it('ends a verb that waits for its answer with 130, and no word', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const asked = once(server, 'request');
    const { child, done } = millrace(['topics', 'ls'], {
      MILLRACE_URL: `http://127.0.0.1:${port}`,
      MILLRACE_TOKEN: 'token-0123456789',
    });
    await asked;
    child.kill('SIGINT');
    expect(await done).toEqual({ code: exitCodes.interrupted, out: '', err: '' });
    server.closeAllConnections();
    server.close();
  });
});

/** In a pseudo terminal, which util-linux's `script` makes: 24 lines, because it has no size of its own. */
const onTerminal = async (line: string, env: Readonly<Record<string, string>>) => {
  const { code, out } = await startProcess('script', ['-qec', `"${process.execPath}" "${bin}" ${line}`, '/dev/null'], {
    TERM: 'xterm',
    NO_PAGER: '',
    PAGER: 'sed s/^/paged:/',
    ...env,
  }).done;
  return { code, out: out.replaceAll('\r', '') };
};
const cases: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
  ['flows map', {}, true],
  ['flows map --no-pager', {}, false],
  ['flows map --json', {}, false],
  ['flows map', { NO_PAGER: '1' }, false],
  ['flows map', { PAGER: 'no-such-pager-here' }, false],
  ['flows check', {}, false],
];

describe('on a real terminal', () => {
  it.each(process.platform === 'linux' ? cases : [])('%s with %j is paged: %s', async (line, env, isPaged) => {
    const { code, out } = await onTerminal(line, env);
    expect(code).toBe(0);
    expect(out.startsWith('paged:')).toBe(isPaged);
    expect(out).toMatch(/flowchart LR|valid: /);
  });
});
