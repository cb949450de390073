import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { AnswerOf, OperatorEndpoints } from '@millrace/operator-api';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../cli-error.ts';
import { type Context, run, verb } from '../context.ts';
import { table as drawn, facts, type Printer, shortTime } from '../printer.ts';
import type { Progress } from '../terminal/progress.ts';

interface LoadOptions {
  readonly key?: string;
  readonly separator?: string;
  readonly encoding?: string;
  readonly replace?: boolean;
  readonly plan?: boolean;
  readonly start?: boolean;
}

type Answers = { readonly [V in keyof OperatorEndpoints['reference']]: AnswerOf<OperatorEndpoints['reference'][V]> };

/** `millrace reference ls|show|load|delete`. */
export function addVerbs(program: Command, context: Context): void {
  const reference = program.command('reference').description('tables that records are enriched from');
  addReading(reference, context);
  verb(reference, 'load <table> <csv>', {
    does: 'put the rows of a CSV file with a header line into a table; the newest row of a key counts',
    example: [
      'millrace reference load owners infra/flows/reference/owners.csv',
      'millrace reference load owners owners.csv --replace --start',
    ],
  })
    .option('--key <column>', 'what rows are looked up by; the first column when absent')
    .option('--separator <character>', "between columns, such as ';' or tab; found out when absent")
    .option(
      '--encoding <name>',
      'of the file, such as windows-1252; UTF-8 or what its byte order mark says when absent',
    )
    .option('--replace', 'also remove the rows that the file does not have: prints which, and does it with --start')
    .option('--plan', 'only check the file')
    .option('--start', 'load it (the default, except with --replace)')
    .action(
      run((print: Printer, table: string, file: string, options: LoadOptions) =>
        load(context, print, { table, file, ...options }),
      ),
    );
  verb(reference, 'delete <table> <keys...>', {
    does: 'remove rows: a lookup by these keys is a miss afterwards',
    example: 'millrace reference delete owners weir.example --start',
  })
    .option('--plan', 'only say what would be removed (the default)')
    .option('--start', 'remove them')
    .action(
      run((print: Printer, table: string, keys: string[], options: { plan?: boolean; start?: boolean }) =>
        remove(context, print, { table, keys, ...options }),
      ),
    );
}

function addReading(reference: Command, { api }: Context): void {
  verb(reference, 'ls [table]', {
    does: 'every table with how many rows it has, or the rows of one',
    example: ['millrace reference ls', 'millrace reference ls owners --limit 20'],
  })
    .option('--limit <n>', 'at most so many rows', '100')
    .option('--after <key>', 'only rows after this key')
    .action(
      run(async (print: Printer, table: string | undefined, query: { limit: string; after?: string }) => {
        if (table === undefined) {
          print.result(await api.reference.tables(), (tables) =>
            drawn(
              ['table', 'rows', 'loaded last'],
              tables.map((one) => [one.table, one.rows, shortTime(one.loadedAt)]),
            ),
          );
        } else {
          const { limit, after } = query;
          print.result(await api.reference.rows({ table, limit, after }), showPage);
        }
        return undefined;
      }),
    );
  verb(reference, 'show <table> <key>', {
    does: 'one row, as a lookup by this key finds it',
    example: 'millrace reference show owners weir.example',
  }).action(
    run(async (print: Printer, table: string, key: string) => {
      const row = await api.reference.row({ table, key });
      print.result(row, (found) =>
        facts([
          ['table', found.table],
          ['key', found.key],
          ['loaded', shortTime(found.loadedAt)],
          ...(found.attributes === null
            ? [['row', 'cannot be read'] as const]
            : Object.entries(found.attributes).map(([name, value]) => [name, value] as const)),
        ]),
      );
      return undefined;
    }),
  );
}

async function load(
  { api, cwd }: Context,
  print: Printer,
  {
    table,
    file,
    key,
    separator,
    encoding,
    replace,
    plan,
    start,
  }: LoadOptions & {
    readonly table: string;
    readonly file: string;
  },
): Promise<undefined> {
  const bytes = await readFile(resolve(cwd, file)).catch(() => {
    throw new CliError('X_CLI_USAGE', `${file} cannot be read`, exitCodes.usage);
  });
  const isPlan = plan === true || (replace === true && start !== true);
  const options = { key, separator, encoding, replace: replace === true, plan: isPlan };
  const progress = print.progress({ what: 'uploading' });
  const loaded = await api.reference.load({ table, bytes: piecesOf(bytes, progress), ...options });
  print.result(loaded, (done) => showLoad(done, isPlan));
  return undefined;
}

const pieceBytes = 65_536;

/** A file as it is sent, with how much of it is gone; the rest of the time the answer is waited for. */
async function* piecesOf(bytes: Uint8Array, progress: Progress): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes);
    const done = Math.min(start + pieceBytes, bytes.length);
    // What goes in one piece is gone before anybody could read of it.
    if (bytes.length > pieceBytes) progress.update({ what: 'uploaded', done, total: bytes.length, unit: 'bytes' });
  }
  progress.update({ what: 'uploaded, loading' });
}

async function remove(
  { api }: Context,
  print: Printer,
  {
    table,
    keys,
    plan,
    start,
  }: {
    readonly table: string;
    readonly keys: readonly string[];
    readonly plan?: boolean;
    readonly start?: boolean;
  },
): Promise<ExitCode | undefined> {
  const isPlan = plan === true || start !== true;
  const done = await api.reference.delete({ table, keys, plan: isPlan });
  print.result(done, ({ planned, deleted, missing }) =>
    [
      isPlan ? `would remove ${rowsText(planned)} from ${table}` : `removed ${rowsText(deleted)} from ${table}`,
      ...(missing.length === 0 ? [] : [`no row: ${missing.join(', ')}`]),
      ...(isPlan && planned > 0 ? ['--start on this command removes them'] : []),
    ].join('\n'),
  );
  return done.planned === 0 ? exitCodes.planEmpty : undefined;
}

const rowsText = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;

function showLoad(
  { table, rows, loaded, separator, encoding, removes, sample = [], removed }: Answers['load'],
  isPlan: boolean,
): string {
  const as = [separator === undefined ? [] : [`cut at ${JSON.stringify(separator)}`], encoding ?? []].flat();
  const first = isPlan ? `would load ${rowsText(rows)} into ${table}` : `loaded ${rowsText(loaded)} into ${table}`;
  const lines = [as.length === 0 ? first : `${first} (${as.join(', ')})`];
  if (removes !== undefined) {
    const shown = sample.length === 0 ? '' : `: ${sample.join(', ')}${removes > sample.length ? ', …' : ''}`;
    lines.push(isPlan ? `would remove ${rowsText(removes)}${shown}` : `removed ${rowsText(removed ?? 0)}${shown}`);
    if (isPlan) lines.push('--start on this command does both');
  }
  return lines.join('\n');
}

function showPage({ items, rows, next }: Answers['rows']): string {
  const columns = [...new Set(items.flatMap(({ attributes }) => Object.keys(attributes ?? {})))];
  const shown = drawn(
    ['key', ...columns, 'loaded'],
    items.map(({ key, attributes, loadedAt }) => [
      key,
      ...columns.map((column) => attributes?.[column]),
      shortTime(loadedAt),
    ]),
  );
  return next === null ? shown : `${shown}\n${items.length} of ${rows}; go on with --after ${JSON.stringify(next)}`;
}
