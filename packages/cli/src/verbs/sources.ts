import type { Command } from 'commander';
import { type Context, run, verb } from '../context.ts';
import { facts, type Printer, table } from '../printer.ts';

/** `millrace sources ls|show`: who may send webhooks, and how they prove who they are. */
export function addVerbs(program: Command, { api }: Context): void {
  const sources = program.command('sources').description('who sends webhooks');
  verb(sources, 'ls', {
    does: 'every connector, with how its webhooks are verified',
    example: 'millrace sources ls',
  }).action(
    run(async (print: Printer) => {
      const found = await api.sources.list();
      print.result(found, (rows) =>
        table(
          ['name', 'scheme', 'checked by', 'covers body', 'replay protected', 'becomes', 'configured'],
          rows.map((row) => [
            row.name,
            row.scheme,
            row.verifiedBy,
            row.coversBody ? 'yes' : 'no',
            row.replayProtected ? 'yes' : 'no',
            row.normalises ?? 'raw records',
            row.configured.join(', '),
          ]),
        ),
      );
      return undefined;
    }),
  );
  verb(sources, 'show <source>', {
    does: 'where to point a webhook, and its secret (audited)',
    example: 'millrace sources show github',
  }).action(
    run(async (print: Printer, name: string) => {
      const found = await api.sources.show({ name });
      print.result(found, ({ url, publicUrl, secret, headers, subscription }) =>
        facts([
          ['url', url],
          ['public url', publicUrl],
          ['secret', secret],
          ...Object.entries(headers),
          ['subscription', subscription],
        ]),
      );
      return undefined;
    }),
  );
}
