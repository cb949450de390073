import { join } from 'node:path';
import { EmbeddedError } from '@millrace/embedded';
import { FlowError } from '@millrace/flows';
import { SecretsLost } from '@millrace/provision/secrets';
import { parseOptions } from './options.ts';
import { stopRequest } from './stop-request.ts';
import { supervise } from './supervise.ts';
import { SupervisorError } from './supervisor-error.ts';

const root = join(import.meta.dirname, '../../..');
const request = stopRequest();

// A reader of our output that goes away (npm start | head) is no reason to die in the middle of something.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

/** An error of ours is a sentence for a person; only one that we did not foresee shows its stack. */
const sentence = (error: unknown): string => {
  if (
    error instanceof EmbeddedError ||
    error instanceof SupervisorError ||
    error instanceof FlowError ||
    error instanceof SecretsLost
  )
    return error.message;
  return Error.isError(error) ? (error.stack ?? error.message) : String(error);
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
    process.stderr.write(`millrace: ${sentence(error)}\n`);
    process.exitCode = 1;
  }
}
request.forget();
