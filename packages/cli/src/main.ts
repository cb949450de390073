import { join } from 'node:path';
import { createContext } from './context.ts';
import { runCommandLine } from './program.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  createContext({
    env: process.env,
    cwd: process.cwd(),
    root: join(import.meta.dirname, '../../..'),
    now: Date.now,
    signal: interrupted.signal,
  }),
);
