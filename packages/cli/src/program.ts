import { Command, CommanderError } from 'commander';
import { CliError, type ExitCode, exitCodes, exitMeanings } from './cli-error.ts';
import { bindRun, type Context } from './context.ts';
import { createPrinter, parserOutput } from './printer.ts';
import { verbGroups } from './verb-groups.ts';

/** Every verb of `millrace`. */
export async function createProgram(context: Context): Promise<Command> {
  const program = new Command('millrace')
    .description('see what flows, find what failed, send it back to the one subscriber that failed')
    .showSuggestionAfterError()
    // What stands behind `--` is of the verb, as it is.
    .enablePositionalOptions()
    // Commander's own way out is `process.exit`, which may cut off what is still being written; its own output escapes
    // nothing. Verbs take both over from the program.
    .exitOverride()
    .configureOutput(parserOutput(context.terminal))
    .addHelpText('after', `\nExit codes:\n${exitTable}`);
  for (const { addVerbs } of await verbGroups()) addVerbs(program, context);
  return program;
}

const exitTable = Object.entries(exitCodes)
  .map(([name, code]) => `  ${String(code).padEnd(5)}${exitMeanings[name as keyof typeof exitCodes]}`)
  .join('\n');

/** Runs one command line to its exit code. */
export async function runCommandLine(args: readonly string[], context: Context): Promise<ExitCode> {
  const { terminal, now, signal } = context;
  const fail = (error: CliError): ExitCode => {
    createPrinter(terminal, { json: args.includes('--json'), paged: false, now }).failure(error);
    return error.exitCode;
  };
  try {
    const program = await createProgram(context);
    const bound = bindRun(program, context);
    await program.parseAsync([...args], { from: 'user' });
    return bound.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof CliError) return fail(error);
    if (signal.aborted) return exitCodes.interrupted;
    const code = (error as { code?: unknown }).code;
    const message = Error.isError(error) ? error.message : String(error);
    return fail(new CliError(typeof code === 'string' ? code : 'X_INTERNAL', message));
  }
}
