import { join } from 'node:path';
import { createContext } from './context.ts';
import { runCommandLine } from './program.ts';
import { letReadersLeave } from './terminal/output.ts';
import { pagerOf } from './terminal/pager.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
letReadersLeave(process.stdout, process.stderr);

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  createContext({
    env: process.env,
    cwd: process.cwd(),
    root: join(import.meta.dirname, '../../..'),
    now: Date.now,
    terminal: { out: process.stdout, err: process.stderr, pager: pagerOf(process.env) },
    signal: interrupted.signal,
  }),
);
