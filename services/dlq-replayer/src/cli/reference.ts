import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { ReferenceLoad } from '../reference.ts';
import { CliError, exitCodes } from './cli-error.ts';
import { type Context, run, verb } from './context.ts';
import type { Printer } from './printer.ts';

/** `millrace reference load <table> <file.csv>`. */
export function referenceCommand({ api, cwd }: Context): Command {
  const reference = new Command('reference').description('tables that records are enriched from');
  verb(
    reference,
    'load <table> <csv>',
    'put the rows of a CSV file with a header line into a table; the newest row of a key counts',
  )
    .option('--key <column>', 'what rows are looked up by; the first column when absent')
    .option('--plan', 'only check the file')
    .option('--start', 'load it (the default)')
    .action(
      run(async (print: Printer, table: string, file: string, { key, plan }: { key?: string; plan?: boolean }) => {
        const text = await readFile(resolve(cwd, file), 'utf8').catch(() => {
          throw new CliError('X_CLI_USAGE', `${file} cannot be read`, exitCodes.usage);
        });
        const query = { key, plan: plan === true };
        const loaded = await api<ReferenceLoad>(`/v1/reference/${encodeURIComponent(table)}`, {
          method: 'POST',
          query,
          text,
        });
        print.result(loaded, (done) =>
          plan === true ? `would load ${done.rows} rows into ${table}` : `loaded ${done.loaded} rows into ${table}`,
        );
        return undefined;
      }),
    );
  return reference;
}
