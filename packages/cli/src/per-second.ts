import { CliError, exitCodes } from './cli-error.ts';

/** Records per second as a person types them: `50`, `0.5`, `50/s`. `what` names the option or argument in a complaint. */
export function perSecond(text: string, what: string): number {
  const rate = /^(\d+(?:\.\d+)?)(?:\/s)?$/.exec(text)?.[1];
  if (rate === undefined)
    throw new CliError(
      'X_CLI_USAGE',
      `${what} is records per second, such as 50 or 50/s, not ${text}`,
      exitCodes.usage,
    );
  return Number(rate);
}
