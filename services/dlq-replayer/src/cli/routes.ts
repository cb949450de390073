import { Command } from 'commander';
import type { RouteState } from '../routes.ts';
import { type Context, run, verb } from './context.ts';
import { type Printer, shortTime, table } from './printer.ts';

/** `millrace routes ls|resume|halt`: the pipelines of the flow. */
export function routesCommand({ api }: Context): Command {
  const routes = new Command('routes').description('the pipelines of the flow: how they stand, halt, resume');
  verb(routes, 'ls', 'every pipeline, with its state and open dead letters').action(
    run(async (print: Printer) => {
      const found = await api<readonly (RouteState & { deadLetters: number })[]>('/v1/routes');
      print.result(found, (rows) =>
        table(
          ['group', 'state', 'code', 'since', 'dead letters'],
          rows.map((row) => [row.group, row.state, row.code, shortTime(row.since), row.deadLetters]),
        ),
      );
      return undefined;
    }),
  );
  const orders = {
    resume: 'lift a halt; secrets are read again',
    halt: 'stop one pipeline, and nothing else',
  } as const;
  for (const [command, description] of Object.entries(orders)) {
    verb(routes, `${command} <group>`, description)
      .option('--plan', 'only say what would be done')
      .option('--start', 'do it (the default)')
      .action(
        run(async (print: Printer, group: string, { plan }: { plan?: boolean }) => {
          if (plan === true) {
            print.result({ group, command, done: false }, () => `would ${command} ${group}`);
            return undefined;
          }
          const done = await api<{ group: string; command: string }>(
            `/v1/routes/${encodeURIComponent(group)}/${command}`,
            { method: 'POST' },
          );
          print.result(done, () => `${command} sent to ${group}; see millrace routes ls`);
          return undefined;
        }),
      );
  }
  return routes;
}
