import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end and resolves with its exit code. Signals are passed on, and so is the death of our parent:
 * npm's shell dies of SIGTERM without telling its child, which would leave everything running.
 */
export const runChild = (command, args, { env = process.env, cwd, stdio = 'inherit', onLine } = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: onLine === undefined ? stdio : ['ignore', 'pipe', 'pipe'] });
    if (onLine !== undefined) for (const stream of [child.stdout, child.stderr]) eachLine(stream, onLine);
    let stopping = false;
    const pass = (signal) => {
      stopping = true;
      child.kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) pass('SIGTERM');
    }, 500);
    watch.unref();
    const end = (code) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, pass);
      resolve({ code, stopped: stopping });
    };
    child.once('error', () => end(127));
    child.once('exit', (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 15)));
  });

const eachLine = (stream, onLine) => {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
};
