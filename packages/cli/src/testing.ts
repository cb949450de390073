import { spawn } from 'node:child_process';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../bin/millrace.mjs');

export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as a person would run it, in a process of its own. */
export function runMillrace(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
