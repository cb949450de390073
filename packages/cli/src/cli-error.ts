import type { CliErrorCode } from './errors.ts';

/** Of the process: what runbooks and CI tell apart. */
export const exitCodes = {
  ok: 0,
  error: 1,
  planEmpty: 2,
  needsApproval: 3,
  withFailures: 4,
  refused: 5,
  usage: 64,
  interrupted: 130,
} as const;

export const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done',
  error: 'failed; `doctor`: something is wrong',
  planEmpty: 'nothing to do: nothing to send, no such rows',
  needsApproval: 'planned, and an approver has to start it',
  withFailures: 'done, with failures among it',
  refused: 'refused: the token may not, the state does not allow it, or it could not be audited',
  usage: 'wrong usage; nothing was asked for',
  interrupted: 'interrupted by Ctrl-C; a job that was started goes on',
};

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that a person at a terminal is told in one sentence. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: CliErrorCode | (string & {}), message: string, exitCode: ExitCode = exitCodes.error) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

const refusals: readonly string[] = [
  'X_REPLAY_STATE',
  'X_PIPELINE_AT_WORK',
  'X_PIPELINE_SKIPS',
  'X_PIPELINE_STILL_JOINED',
  'X_ACCESS_ROLE',
  'X_ACCESS_SCOPE',
  'X_ACCESS_ORIGIN',
  'X_ACCESS_TOKEN',
  'X_AUDIT_UNAVAILABLE',
  'X_CREDENTIAL_GRANT',
  'X_CREDENTIAL_STATE',
];

/** What an answer of the API means for whoever started the command. */
export function exitCodeOf(code: string): ExitCode {
  if (code === 'X_REPLAY_EMPTY') return exitCodes.planEmpty;
  if (code === 'X_REPLAY_APPROVAL') return exitCodes.needsApproval;
  return refusals.includes(code) ? exitCodes.refused : exitCodes.error;
}
