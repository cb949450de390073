import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { facts, type Printer, shortTime, table } from '../printer.ts';

const orders = {
  resume: 'lift a halt; secrets are read again',
  halt: 'stop one pipeline, and nothing else',
} as const;

type Pipelines = Awaited<ReturnType<Context['api']['pipelines']['list']>>;

/** One line each, and below them why those that are halted are. */
function overview(pipelines: Pipelines): string {
  const head = ['group', 'state', 'code', 'since', 'dead letters'];
  const rows = pipelines.map((each) => [each.group, each.state, each.code, shortTime(each.since), each.deadLetters]);
  const reasons = facts(pipelines.map(({ group, reason }) => [group, reason]));
  return [table(head, rows), ...(reasons === '' ? [] : [reasons])].join('\n\n');
}

/** `millrace pipelines ls|resume|halt`: the pipelines of the flow. */
export function addVerbs(program: Command, { api }: Context): void {
  const pipelines = program.command('pipelines').description('the pipelines of the flow: how they stand, halt, resume');
  verb(pipelines, 'ls', {
    does: 'every pipeline, with its state and open dead letters',
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
}
