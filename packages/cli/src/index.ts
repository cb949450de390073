export { CliError, type ExitCode, exitCodeOf, exitCodes, exitMeanings } from './cli-error.ts';
export { type Context, createContext } from './context.ts';
export { createProgram, runCommandLine } from './program.ts';
