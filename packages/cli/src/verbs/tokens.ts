import { roles } from '@millrace/operator-api';
import { type Command, Option } from 'commander';
import { type Context, offering, run, verb } from '../context.ts';
import { addEnds, type Changing, changing, commonCells, commonHead, listOf, tell } from '../credential-verbs.ts';
import { type Printer, table } from '../printer.ts';

interface CreateOptions extends Changing {
  readonly name: string;
  readonly role: string[];
  readonly groups?: string[];
  readonly topics?: string[];
  readonly expires?: string;
}

/** `millrace tokens create|ls|rotate|revoke`: who may use the operator API. */
export function addVerbs(program: Command, { adminApi }: Context): void {
  const tokens = program.command('tokens').description('tokens of operators (role admin)');
  changing(tokens, 'create', {
    does: 'make a token, shown this once',
    example: "millrace tokens create --name ada --role operator --groups 'sink-writers.*' --expires 90d --start",
  })
    .requiredOption('--name <name>', 'whose it is')
    .addOption(
      offering(new Option('--role <roles>', 'several with commas').argParser(listOf).makeOptionMandatory(), roles),
    )
    .option('--groups <patterns>', 'consumer groups that it may see and act on, with commas; * is any text', listOf)
    .option('--topics <patterns>', 'the same of topics', listOf)
    .option('--expires <when>', 'how long it counts, such as 90d, or until when; until it is revoked when absent')
    .action(
      run(async (print: Printer, { role, name, groups, topics, expires, ...options }: CreateOptions) =>
        tell(print, options, (plan) =>
          adminApi().tokens.create({ name, roles: role as never, groups, topics, expires, plan }),
        ),
      ),
    );
  verb(tokens, 'ls', { does: 'every token, without its secret', example: 'millrace tokens ls' }).action(
    run(async (print: Printer) => {
      print.result(await adminApi().tokens.list(), (rows) =>
        table(
          ['id', 'name', 'roles', 'groups', 'topics', ...commonHead],
          rows.map((row) => [
            ...[row.id, row.name, row.roles.join(', '), row.groups.join(', '), row.topics.join(', ')],
            ...commonCells(row),
          ]),
        ),
      );
      return undefined;
    }),
  );
  addEnds(tokens, () => adminApi().tokens);
}
