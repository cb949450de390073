import { Command, CommanderError } from 'commander';
import { CliError, exitCodes } from './cli-error.ts';
import type { Context } from './context.ts';
import { keysCommand, tokensCommand } from './credentials.ts';
import { dlqCommand } from './dlq.ts';
import { addDoctor } from './doctor.ts';
import { flowsCommand } from './flows.ts';
import { packCommand } from './pack.ts';
import { pipelinesCommand } from './pipelines.ts';
import { createPrinter, parserOutput } from './printer.ts';
import { referenceCommand } from './reference.ts';
import { schemasCommand } from './schemas.ts';
import { addSimulator } from './simulator.ts';
import { sourcesCommand } from './sources.ts';
import { topicsCommand } from './topics.ts';
import { addTrace } from './trace.ts';

/** Every verb of `millrace`. */
export function createProgram(context: Context): Command {
  const program = new Command('millrace')
    .description('see what flows, find what failed, send it back to the one subscriber that failed')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 nothing to send, 3 needs an approver, 4 done with failures, 5 refused, 64 wrong usage.',
    );
  const nouns = [
    dlqCommand,
    topicsCommand,
    pipelinesCommand,
    sourcesCommand,
    keysCommand,
    tokensCommand,
    referenceCommand,
    flowsCommand,
    schemasCommand,
    packCommand,
  ];
  for (const noun of nouns) program.addCommand(noun(context));
  addTrace(program, context);
  addDoctor(program, context);
  addSimulator(program, context);
  return overrideExits(program);
}

/** Commander's own way out is `process.exit`, which may cut off what is still being written; its own output escapes nothing. */
function overrideExits(command: Command): Command {
  command.exitOverride();
  command.configureOutput(parserOutput);
  for (const child of command.commands) overrideExits(child);
  return command;
}

/** Runs one command line to its exit code. */
export async function runCommandLine(args: readonly string[], context: Context): Promise<number> {
  const printer = createPrinter({ json: args.includes('--json') });
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
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
