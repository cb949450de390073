import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { type Printer, shortTime, table } from '../printer.ts';

const orders = {
  resume: 'lift a halt; secrets are read again',
  halt: 'stop one pipeline, and nothing else',
} as const;

/** `millrace pipelines ls|resume|halt`: the pipelines of the flow. `routes` is what the verb was called before. */
export function addVerbs(program: Command, { api }: Context): void {
  const pipelines = program
    .command('pipelines')
    .alias('routes')
    .description('the pipelines of the flow: how they stand, halt, resume');
  verb(pipelines, 'ls', {
    does: 'every pipeline, with its state and open dead letters',
    example: 'millrace pipelines ls',
  }).action(
    run(async (print: Printer) => {
      const found = await api.pipelines.list();
      print.result(found, (rows) =>
        table(
          ['group', 'state', 'code', 'since', 'dead letters'],
          rows.map((row) => [row.group, row.state, row.code, shortTime(row.since), row.deadLetters]),
        ),
      );
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
}
