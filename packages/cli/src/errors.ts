/** Every code that the command itself fails with; the others are those of the answers that it shows. */
export const cliErrors = {
  X_CLI_NO_INSTALLATION:
    'No running Millrace was found: start it with npm start, or name it with MILLRACE_STATE or MILLRACE_URL and MILLRACE_TOKEN.',
  X_CLI_UNREACHABLE: 'The installation does not answer at the address that its state file names.',
  X_CLI_USAGE: 'The command line is not what the verb takes.',
  X_CLI_TIMEOUT: 'What was waited for did not happen in time.',
} as const;

export type CliErrorCode = keyof typeof cliErrors;
