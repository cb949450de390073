import { type OperatorClient, operatorClient } from '@millrace/operator-api/client';
import type { Argument, Command, Option } from 'commander';
import { type ExitCode, exitCodes } from './cli-error.ts';
import { createSender } from './client.ts';
import { findInstallation, type Installation } from './installation.ts';
import { createPrinter, type Printer, type PrinterOptions } from './printer.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What a verb works with. The installation is looked for only when a verb needs it. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly root: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  installation(): Installation;
  /** The operator API. */
  readonly api: OperatorClient;
  /** The same, as the administrator where this installation's files name one. */
  adminApi(): OperatorClient;
}

export function createContext(options: Pick<Context, 'env' | 'cwd' | 'root' | 'now' | 'terminal' | 'signal'>): Context {
  let found: Installation | null = null;
  const installation = (): Installation => {
    found ??= findInstallation(options);
    return found;
  };
  const onBehalfOf = options.env['MILLRACE_ACTOR'] ?? options.env['USER'];
  const clientBy = (tokenOf: (found: Installation) => string): OperatorClient =>
    operatorClient((request, signal = options.signal) =>
      createSender({ url: installation().url, token: tokenOf(installation()), onBehalfOf })(request, signal),
    );
  return {
    ...options,
    installation,
    api: clientBy(({ token }) => token),
    adminApi: () => clientBy(({ token, adminToken }) => adminToken ?? token),
  };
}

export type Verb<A extends readonly unknown[]> = (print: Printer, ...args: A) => Promise<ExitCode | undefined>;

/** What a verb's help says. */
export interface Told {
  readonly does: string;
  /** Command lines as a person types them. */
  readonly example: string | readonly string[];
}

/** Declares a verb: `--json` is on every one, an example in the help of every one, and what it returns is the exit code. */
export function verb(parent: Command, signature: string, { does, example }: Told): Command {
  const examples = [example].flat();
  const shown = examples.map((line) => `  ${line}`).join('\n');
  return parent
    .command(signature)
    .description(does)
    .option('--json', 'print the answer as JSON')
    .option('--no-pager', 'print a long answer at once, on a terminal too')
    .addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${shown}`);
}

/** Offers values in help and completion; whether one is right says whoever takes it. Several may come with commas. */
export function offering<T extends Option | Argument>(declared: T, choices: readonly string[]): T {
  declared.argChoices = [...choices];
  return declared;
}

/** Of one command line: what its verbs write to, and how it ends. */
export interface Run {
  readonly terminal: Terminal;
  readonly now: PrinterOptions['now'];
  exitCode: ExitCode;
}

const runs = new WeakMap<Command, Run>();

/** Lets the verbs of a program find what `run` needs; commander hands them their own command alone. */
export function bindRun(program: Command, { terminal, now }: Pick<Context, 'terminal' | 'now'>): Run {
  const bound: Run = { terminal, now, exitCode: exitCodes.ok };
  runs.set(program, bound);
  return bound;
}

function runOf(command: Command): Run {
  const found = runs.get(command);
  if (found !== undefined) return found;
  if (command.parent === null) throw new Error('a program is run before bindRun has seen it');
  return runOf(command.parent);
}

/** Runs a verb's action with the printer that its options ask for; commander passes arguments, options, command. */
export function run<A extends readonly unknown[]>(action: Verb<A>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    // How it is shown is no business of the verb, which may pass its options on.
    const { json, pager, ...options } = command.opts<{ json?: boolean; pager?: boolean }>();
    const bound = runOf(command);
    const print = createPrinter(bound.terminal, { json: json === true, paged: pager !== false, now: bound.now });
    try {
      bound.exitCode = (await action(print, ...([...args.slice(0, -2), options] as unknown as A))) ?? exitCodes.ok;
    } finally {
      print.end();
    }
  };
}
