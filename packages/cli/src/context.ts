import { type OperatorClient, operatorClient } from '@millrace/operator-api/client';
import type { Command } from 'commander';
import type { ExitCode } from './cli-error.ts';
import { createSender } from './client.ts';
import { findInstallation, type Installation } from './installation.ts';
import { createPrinter, type Printer } from './printer.ts';

/** What a verb works with. The installation is looked for only when a verb needs it. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly root: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  installation(): Installation;
  /** The operator API. */
  readonly api: OperatorClient;
  /** The same, as the administrator where this installation's files name one. */
  adminApi(): OperatorClient;
}

export function createContext(options: Pick<Context, 'env' | 'cwd' | 'root' | 'now' | 'signal'>): Context {
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
    .addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${shown}`);
}

/** Runs a verb's action with the printer that its options ask for; commander passes arguments, options, command. */
export function run<A extends readonly unknown[]>(action: Verb<A>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const { json } = command.opts<{ json?: boolean }>();
    const code = await action(createPrinter({ json: json === true }), ...(args.slice(0, -1) as unknown as A));
    if (code !== undefined) process.exitCode = code;
  };
}
