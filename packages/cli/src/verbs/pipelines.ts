import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.ts';
import { type Context, run, verb } from '../context.ts';
import { perSecond } from '../per-second.ts';
import { facts, type Printer, shortTime, table } from '../printer.ts';
import { addSeek } from '../seek-verb.ts';

const orders = {
  resume: 'lift a halt; secrets are read again',
  halt: 'stop one pipeline, and nothing else',
} as const;

type Pipelines = Awaited<ReturnType<Context['api']['pipelines']['list']>>;

/** One line each, and below them why those that are halted are. */
function overview(pipelines: Pipelines): string {
  const head = ['group', 'state', 'code', 'since', 'rate', 'dead letters'];
  const rows = pipelines.map(({ group, state, code, since, ratePerSecond, deadLetters }) => [
    ...[group, state, code, shortTime(since)],
    ...[ratePerSecond === null ? '' : `${ratePerSecond}/s`, deadLetters],
  ]);
  const reasons = facts(pipelines.map(({ group, reason }) => [group, reason]));
  return [table(head, rows), ...(reasons === '' ? [] : [reasons])].join('\n\n');
}

/** `millrace pipelines ls|resume|halt|rate|seek`: the pipelines of the flow. */
export function addVerbs(program: Command, context: Context): void {
  const { api } = context;
  const pipelines = program
    .command('pipelines')
    .description('the pipelines of the flow: how they stand; halt, resume, slow down, say where to go on');
  verb(pipelines, 'ls', {
    does: 'every pipeline, with its state, its rate and open dead letters',
    example: 'millrace pipelines ls',
  }).action(
    run(async (print: Printer) => {
      const found = await api.pipelines.list();
      print.result(found, overview);
      return undefined;
    }),
  );
  for (const command of ['resume', 'halt'] as const) {
    verb(pipelines, `${command} <group>`, {
      does: orders[command],
      example: `millrace pipelines ${command} sink-writers.tickets.urgent`,
    })
      .option('--plan', 'only say what would be done')
      .option('--start', 'do it (the default)')
      .action(
        run(async (print: Printer, group: string, { plan }: { plan?: boolean }) => {
          if (plan === true) {
            print.result({ group, command, done: false }, () => `would ${command} ${group}`);
            return undefined;
          }
          const done = await api.pipelines[command]({ group });
          print.result(done, () => `${command} sent to ${group}; see millrace pipelines ls`);
          return undefined;
        }),
      );
  }
  verb(pipelines, 'rate <group> <records>', {
    does: 'bound how many records all processes of a pipeline start per second together, or off',
    example: [
      'millrace pipelines rate sink-writers.tickets.urgent 20',
      'millrace pipelines rate sink-writers.tickets.urgent off',
    ],
  })
    .option('--plan', 'only say what would be done')
    .option('--start', 'do it (the default)')
    .action(
      run(async (print: Printer, group: string, records: string, { plan }: { plan?: boolean }) => {
        const ratePerSecond = records === 'off' ? null : perSecond(records, 'the rate');
        if (ratePerSecond === 0)
          throw new CliError('X_CLI_USAGE', `a rate of 0 is a halt: millrace pipelines halt ${group}`, exitCodes.usage);
        const told = ratePerSecond === null ? 'no bound' : `at most ${ratePerSecond} records per second`;
        if (plan === true) {
          print.result({ group, ratePerSecond, done: false }, () => `would set ${told} for ${group}`);
          return undefined;
        }
        const done = await api.pipelines.rate({ group, ratePerSecond });
        print.result(done, () => `${told} for ${group}; see millrace pipelines ls`);
        return undefined;
      }),
    );
  addSeek(pipelines, context);
}
