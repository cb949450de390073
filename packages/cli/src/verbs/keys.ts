import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { addEnds, type Changing, changing, commonCells, commonHead, listOf, tell } from '../credential-verbs.ts';
import { facts, type Printer, table } from '../printer.ts';

interface CreateOptions extends Changing {
  readonly client: string;
  readonly scopes: string[];
  readonly expires?: string;
}

/** `millrace keys create|ls|rotate|revoke|show`: who may send business events. */
export function addVerbs(program: Command, { api }: Context): void {
  const keys = program.command('keys').description('API keys for business events');
  changing(keys, 'create', {
    does: 'make an API key, shown this once',
    example: 'millrace keys create --client shop --scopes tickets,leads --expires 365d --start',
  })
    .requiredOption('--client <name>', 'who sends with it; never the name of a source')
    .requiredOption('--scopes <entities>', 'what it may send, such as tickets,leads; * is all', listOf)
    .option('--expires <when>', 'how long it counts, such as 365d, or until when; until it is revoked when absent')
    .action(
      run(async (print: Printer, { client, scopes, expires, ...options }: CreateOptions) =>
        tell(print, options, (plan) => api.keys.create({ client, scopes, expires, plan })),
      ),
    );
  verb(keys, 'ls', { does: 'every key that was made, without its secret', example: 'millrace keys ls' }).action(
    run(async (print: Printer) => {
      print.result(await api.keys.list(), (rows) =>
        table(
          ['id', 'client', 'scopes', ...commonHead],
          rows.map((row) => [row.id, row.client, row.scopes.join(', '), ...commonCells(row)]),
        ),
      );
      return undefined;
    }),
  );
  addEnds(keys, () => api.keys);
  verb(keys, 'show <name>', {
    does: 'a key that is kept in the clear: only `sample` is (audited)',
    example: 'millrace keys show sample',
  }).action(
    run(async (print: Printer, name: string) => {
      print.result(await api.keys.show({ name }), (shown) => facts(Object.entries(shown)));
      return undefined;
    }),
  );
}
