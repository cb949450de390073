import { join } from 'node:path';
import { escapedLines } from '@millrace/text';
import { parseOptions } from './options.ts';
import { stopRequest } from './stop-request.ts';
import { supervise } from './supervise.ts';

const root = join(import.meta.dirname, '../../..');
const request = stopRequest();

// A reader of our output that goes away (npm start | head) is no reason to die in the middle of something.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** An error with a code of ours is a sentence for a person; only one that we did not foresee shows its stack. */
const sentence = (error: unknown): string => {
  if (!Error.isError(error)) return String(error);
  const isOurs = 'code' in error && typeof error.code === 'string' && error.code.startsWith('X_');
  return isOurs ? error.message : (error.stack ?? error.message);
};

try {
  const options = parseOptions(process.argv.slice(2), {
    root,
    from: process.env['MILLRACE_INVOKED_FROM'] ?? process.cwd(),
  });
  await supervise({
    ...options,
    root,
    environment: process.env,
    stop: request.signal,
    stdout: process.stdout,
    stderr: process.stderr,
  });
} catch (error) {
  if (!request.signal.aborted) {
    process.stderr.write(`millrace: ${escapedLines(sentence(error))}\n`);
    process.exitCode = 1;
  }
}
request.forget();
