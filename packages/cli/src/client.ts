import { Refusal } from '@millrace/operator-api';
import { type HttpSenderOptions, httpSender, type Send } from '@millrace/operator-api/client';
import { CliError, exitCodeOf } from './cli-error.ts';

/** Speaks HTTP to one of our listeners. A refusal becomes a `CliError` with the code and sentence of the answer. */
export function createSender(options: HttpSenderOptions): Send {
  const send = httpSender(options);
  return (request, signal) =>
    send(request, signal).catch((error: unknown) => {
      throw error instanceof Refusal ? toldAsError(error) : error;
    });
}

function toldAsError({ code, message }: Refusal): CliError {
  if (code === 'X_OPERATOR_UNREACHABLE') return new CliError('X_CLI_UNREACHABLE', message);
  return new CliError(code, message, exitCodeOf(code));
}
