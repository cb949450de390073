import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endToEndBench } from './end-to-end-bench.ts';
import { type Bench, describeFigures, type Figure } from './figure.ts';
import { lanesBench } from './lanes-bench.ts';
import { ledgerBench } from './ledger-bench.ts';
import { produceBench } from './produce-bench.ts';
import { type SavedRun, saveRuns } from './results.ts';
import { scaleBench } from './scale-bench.ts';
import { sinkBench } from './sink-bench.ts';
import { stageBench } from './stage-bench.ts';
import { startBench } from './start-bench.ts';

/** Every benchmark there is, in the order they run when none is named. */
const benches: readonly Bench[] = [
  startBench,
  produceBench,
  stageBench,
  lanesBench,
  sinkBench,
  ledgerBench,
  endToEndBench,
  scaleBench,
];

const usage = `npm run bench -- [${benches.map(({ name }) => name).join('|')}]… [--json FILE] [--scale SHARE] [--repeats N] [--profile DIR] [--save]`;

const choose = (names: readonly string[]): readonly Bench[] => {
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}: ${usage}`);
  return names.length === 0 ? benches : benches.filter(({ name }) => names.includes(name));
};

const options = {
  json: { type: 'string' },
  scale: { type: 'string', default: '1' },
  repeats: { type: 'string', default: '3' },
  profile: { type: 'string' },
  save: { type: 'boolean', default: false },
} as const;

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} is a number above 0, not ${JSON.stringify(text)}`);
};

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(new Error(signal)));

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const from = process.env['MILLRACE_INVOKED_FROM'] ?? process.cwd();
  const context = {
    root: join(import.meta.dirname, '../../..'),
    signal: stopping.signal,
    scale: positive('scale', values.scale),
    repeats: positive('repeats', values.repeats),
    ...(values.profile === undefined ? {} : { profile: resolve(from, values.profile) }),
  };
  const figures: Figure[] = [];
  const runs: SavedRun[] = [];
  if (values.save && context.scale !== 1) throw new Error('only figures of full size are saved; leave --scale away');
  for (const bench of choose(positionals)) {
    process.stderr.write(`${bench.name}: ${bench.summary}\n`);
    const say = (message: string): void => void process.stderr.write(`  ${message}\n`);
    const found = await bench.run({ ...context, say });
    figures.push(...found);
    const on = new Date().toISOString().slice(0, 10);
    runs.push({ bench: bench.name, command: `npm run bench -- ${bench.name}`, on, figures: found });
  }
  console.log(describeFigures(figures));
  if (values.json !== undefined) await writeFile(resolve(from, values.json), `${JSON.stringify(figures, null, 2)}\n`);
  if (values.save) {
    await saveRuns(
      runs,
      benches.map(({ name }) => name),
    );
  }
  process.exitCode = figures.every(({ met }) => met) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `millrace: ${stopping.signal.aborted ? 'stopped' : Error.isError(error) ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
