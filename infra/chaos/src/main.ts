import { join, resolve } from 'node:path';
import { seconds } from './figures.ts';
import { commandOf, parseOptions } from './options.ts';
import { createFreezer } from './processes.ts';
import { describeReport, faultsOf } from './report.ts';
import { saveResults } from './results.ts';
import { run } from './run.ts';
import { describeFault, schedule } from './schedule.ts';

const argv = process.argv.slice(2);
const freezer = createFreezer();
const stopping = new AbortController();
// Whatever ends this program, nobody stays frozen.
process.on('exit', () => freezer.thawAll());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopping.abort(new Error(signal));
    freezer.thawAll();
  });
}

try {
  const options = parseOptions(argv);
  const planned = schedule(options);
  if (options.plan) {
    for (const fault of planned) console.log(`${seconds(fault.atMs).padStart(9)}  ${describeFault(fault)}`);
  } else {
    const from = process.env['MILLRACE_INVOKED_FROM'] ?? process.cwd();
    const { report, examples } = await run({
      options: { ...options, data: resolve(from, options.data) },
      planned,
      root: join(import.meta.dirname, '../../..'),
      freezer,
      // What is printed for programs stays alone on its output.
      log: (line) => void process.stderr.write(`${line}\n`),
      now: Date.now,
      signal: stopping.signal,
    });
    console.log(options.json ? JSON.stringify(report) : describeReport(report));
    for (const example of examples) process.stderr.write(`  ${example}\n`);
    if (options.save) await saveResults(commandOf(argv), report, Date.now());
    const wrong = faultsOf(report);
    if (wrong.length > 0) process.stderr.write(`millrace: ${wrong.join(', ')}\n`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  }
} catch (error) {
  const why = Error.isError(error) ? error.message : String(error);
  process.stderr.write(`millrace: ${stopping.signal.aborted ? 'stopped' : why}\n`);
  process.exitCode = 1;
}
