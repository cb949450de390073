import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endToEndBench } from './end-to-end-bench.ts';
import { type Bench, type BenchContext, describeFigures, type Figure } from './figure.ts';
import { idleBench } from './idle-bench.ts';
import { killBench } from './kill-bench.ts';
import { lanesBench } from './lanes-bench.ts';
import { ledgerBench } from './ledger-bench.ts';
import { produceBench } from './produce-bench.ts';
import { saveRuns } from './results.ts';
import { scaleBench } from './scale-bench.ts';
import { sinkBench } from './sink-bench.ts';
import { soakBench } from './soak-bench.ts';
import { stageBench } from './stage-bench.ts';
import { startBench } from './start-bench.ts';

/** Every benchmark there is, in the order they run and are shown. */
const benches: readonly Bench[] = [
  startBench,
  produceBench,
  stageBench,
  lanesBench,
  sinkBench,
  ledgerBench,
  endToEndBench,
  scaleBench,
  killBench,
  idleBench,
  soakBench,
];
const names = benches.map(({ name }) => name);
const everything = 'all';

const usage = `npm run bench -- [${everything}|${names.join('|')}]… [--json FILE] [--scale SHARE] [--repeats N] [--minutes N] [--profile DIR] [--save]`;

/** None named, or `all`: every one that does not take long. */
const choose = (asked: readonly string[]): readonly Bench[] => {
  const unknown = asked.find((name) => name !== everything && !names.includes(name));
  if (unknown !== undefined) throw new Error(`there is no benchmark ${unknown}: ${usage}`);
  const takesAll = asked.length === 0 || asked.includes(everything);
  return benches.filter(({ name, isLong }) => asked.includes(name) || (takesAll && isLong !== true));
};

const options = {
  json: { type: 'string' },
  scale: { type: 'string', default: '1' },
  repeats: { type: 'string', default: '3' },
  minutes: { type: 'string' },
  profile: { type: 'string' },
  save: { type: 'boolean', default: false },
} as const;

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} is a number above 0, not ${JSON.stringify(text)}`);
};

const reasonOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error));
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(new Error(signal)));

interface Outcome {
  readonly figures: readonly Figure[];
  /** Benches without figures, each with why. */
  readonly failed: readonly string[];
}

/** One after the other; a bench that fails costs the others nothing, and what is measured is kept at once. */
const runAll = async (
  chosen: readonly Bench[],
  context: Omit<BenchContext, 'say'>,
  keep: (bench: Bench, figures: readonly Figure[]) => Promise<void>,
): Promise<Outcome> => {
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const bench of chosen) {
    const since = performance.now();
    tell(`${bench.name}: ${bench.summary}`);
    try {
      const found = await bench.run({ ...context, say: (message) => tell(`  ${message}`) });
      figures.push(...found);
      await keep(bench, found);
      tell(`  done in ${Math.round((performance.now() - since) / 1_000)} s`);
    } catch (error) {
      if (stopping.signal.aborted) throw error;
      failed.push(`${bench.name}: ${reasonOf(error)}`);
      tell(`  failed: ${reasonOf(error)}`);
    }
  }
  return { figures, failed };
};

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const from = process.env['MILLRACE_INVOKED_FROM'] ?? process.cwd();
  const context = {
    root: join(import.meta.dirname, '../../..'),
    signal: stopping.signal,
    scale: positive('scale', values.scale),
    repeats: positive('repeats', values.repeats),
    ...(values.minutes === undefined ? {} : { minutes: positive('minutes', values.minutes) }),
    ...(values.profile === undefined ? {} : { profile: resolve(from, values.profile) }),
  };
  if (values.save && context.scale !== 1) throw new Error('only figures of full size are saved; leave --scale away');
  const keep = async ({ name }: Bench, figures: readonly Figure[]): Promise<void> => {
    if (!values.save) return;
    const on = new Date().toISOString().slice(0, 10);
    const repeats = values.repeats === options.repeats.default ? '' : ` --repeats ${values.repeats}`;
    await saveRuns([{ bench: name, command: `npm run bench -- ${name}${repeats}`, on, figures }], names);
  };
  const { figures, failed } = await runAll(choose(positionals), context, keep);
  console.log(describeFigures(figures));
  if (values.json !== undefined) await writeFile(resolve(from, values.json), `${JSON.stringify(figures, null, 2)}\n`);
  const missed = figures.filter(({ met }) => !met);
  for (const { name, ours, unit, goal, limit } of missed)
    tell(`missed: ${name} ${ours} ${unit}, goal ${goal} (${limit})`);
  for (const line of failed) tell(`failed: ${line}`);
  process.exitCode = missed.length + failed.length === 0 ? 0 : 1;
} catch (error) {
  tell(`millrace: ${stopping.signal.aborted ? 'stopped' : reasonOf(error)}`);
  process.exitCode = 1;
}
