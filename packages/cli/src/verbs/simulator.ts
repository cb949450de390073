import type { Sent } from '@millrace/operator-api/client';
import { escapedLine, escapedLines } from '@millrace/text';
import { Argument, type Command, Option } from 'commander';
import { CliError, exitCodes } from '../cli-error.ts';
import { createSender } from '../client.ts';
import { type Context, offering, run, verb } from '../context.ts';
import { type Printer, shortTime } from '../printer.ts';

interface Messages {
  readonly total: number;
  readonly messages: readonly {
    readonly at: string;
    readonly eventId: string | null;
    readonly title: string;
    readonly lines: readonly string[];
  }[];
}

const actions = ['messages', 'fail', 'slow', 'rate-limit', 'schema-change', 'lose-answer', 'limits', 'heal'];

/** `millrace simulator <vendor> messages|fail|slow|heal|…`: what the stand-ins received, and making them misbehave. */
export function addVerbs(program: Command, context: Context): void {
  verb(program, 'simulator <vendor>', {
    does: 'what the stand-ins of vendors received, and making them misbehave',
    example: ['millrace simulator http messages --limit 5', 'millrace simulator http fail --status 503 --times 10'],
  })
    .addArgument(offering(new Argument('<action>', 'what it does'), actions))
    .option('--status <n>', 'fail: the status to answer with')
    .option('--times <n>', 'fail, rate-limit, lose-answer: for so many requests')
    .option('--ms <n>', 'slow: how long each answer takes')
    .option('--retry-after-seconds <n>', 'rate-limit: how long to ask for')
    .addOption(offering(new Option('--state <state>', 'limits: whether the documented limits hold'), ['on', 'off']))
    .option('--limit <n>', 'messages: at most so many, the newest', '20')
    .action(
      run(async (print: Printer, vendor: string, action: string, options: Readonly<Record<string, string>>) => {
        if (!actions.includes(action)) {
          throw new CliError(
            'X_CLI_USAGE',
            `a simulator does not ${action}; it does ${actions.join(', ')}`,
            exitCodes.usage,
          );
        }
        const simulator = clientFor(vendor, context);
        if (action === 'messages') {
          const query = { limit: options['limit'] ?? '20' };
          const found = (await simulator({ method: 'GET', path: '/_simulator/messages', query })) as Messages;
          print.result(found, showMessages);
          return undefined;
        }
        const { limit: _limit, ...body } = options;
        const path = `/_simulator/${encodeURIComponent(action)}`;
        const state = await simulator({ method: 'POST', path, query: {}, body });
        print.result(state, () => `${vendor}: ${action} done`);
        return undefined;
      }),
    );
}

function clientFor(vendor: string, { installation, signal }: Context) {
  const { simulators } = installation();
  const url = simulators[vendor];
  if (url === undefined) {
    throw new CliError(
      'X_CLI_USAGE',
      `there is no simulator ${vendor}; there is ${Object.keys(simulators).join(', ') || 'none'}`,
      exitCodes.usage,
    );
  }
  const send = createSender({ url, token: 'none' });
  return (request: Sent): Promise<unknown> => send(request, signal);
}

/** A line break of a stranger begins no entry of ours. */
const indented = (text: string): string => `    ${escapedLines(text).replaceAll('\n', '\n    ')}`;

const showMessages = ({ total, messages }: Messages): string =>
  [
    ...messages.map(({ at, title, lines }) =>
      [`${shortTime(at)}  ${escapedLine(title)}`, ...lines.map(indented)].join('\n'),
    ),
    `${messages.length} of ${total}`,
  ].join('\n');
