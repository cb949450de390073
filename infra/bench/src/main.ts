import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, describeFigures, type Figure } from './figure.ts';
import { startBench } from './start-bench.ts';

/** Every benchmark there is, in the order they run when none is named. */
const benches: readonly Bench[] = [startBench];

const usage = `npm run bench -- [${benches.map(({ name }) => name).join('|')}]… [--json FILE]`;

const choose = (names: readonly string[]): readonly Bench[] => {
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}: ${usage}`);
  return names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
};

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(new Error(signal)));

try {
  const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
  const figures: Figure[] = [];
  for (const bench of choose(positionals)) {
    process.stderr.write(`${bench.name}: ${bench.summary}\n`);
    const say = (message: string): void => void process.stderr.write(`  ${message}\n`);
    figures.push(...(await bench.run({ root: join(import.meta.dirname, '../../..'), say, signal: stopping.signal })));
  }
  console.log(describeFigures(figures));
  const from = process.env['MILLRACE_INVOKED_FROM'] ?? process.cwd();
  if (values.json !== undefined) await writeFile(resolve(from, values.json), `${JSON.stringify(figures, null, 2)}\n`);
  process.exitCode = figures.every(({ met }) => met) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `millrace: ${stopping.signal.aborted ? 'stopped' : Error.isError(error) ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
