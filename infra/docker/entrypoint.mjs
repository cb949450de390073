// Adds the installation's sample secrets to the environment, where nobody has set them, and becomes the program named.
// The one-shot preparation writes them before anything else starts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [program, ...args] = process.argv.slice(2);
const file = process.env.MILLRACE_SAMPLE_ENVIRONMENT;

if (file && existsSync(file)) {
  for (const [name, value] of Object.entries(JSON.parse(readFileSync(file, 'utf8')))) process.env[name] ||= value;
}
process.argv.splice(1, process.argv.length - 1, join(process.cwd(), program), ...args);
await import(pathToFileURL(join(process.cwd(), program)).href);
