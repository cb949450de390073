import { Command, CommanderError } from 'commander';
import { CliError, exitCodes } from './cli-error.ts';
import type { Context } from './context.ts';
import { createPrinter, parserOutput } from './printer.ts';
import { verbGroups } from './verb-groups.ts';

/** Every verb of `millrace`. */
export async function createProgram(context: Context): Promise<Command> {
  const program = new Command('millrace')
    .description('see what flows, find what failed, send it back to the one subscriber that failed')
    .showSuggestionAfterError()
    // Commander's own way out is `process.exit`, which may cut off what is still being written; its own output escapes
    // nothing. Verbs take both over from the program.
    .exitOverride()
    .configureOutput(parserOutput)
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 nothing to send, 3 needs an approver, 4 done with failures, 5 refused, 64 wrong usage.',
    );
  for (const { addVerbs } of await verbGroups()) addVerbs(program, context);
  return program;
}

/** Runs one command line to its exit code. */
export async function runCommandLine(args: readonly string[], context: Context): Promise<number> {
  const printer = createPrinter({ json: args.includes('--json') });
  try {
    const program = await createProgram(context);
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof CliError) {
      printer.failure(error);
      return error.exitCode;
    }
    if (context.signal.aborted) return 130;
    const code = (error as { code?: unknown }).code;
    const message = Error.isError(error) ? error.message : String(error);
    printer.failure(new CliError(typeof code === 'string' ? code : 'X_INTERNAL', message));
    return exitCodes.error;
  }
}
