import { Command } from 'commander';
import { type Context, run, verb } from './context.ts';
import { facts, type Printer, table } from './printer.ts';

interface SourceSummary {
  readonly name: string;
  readonly scheme: string;
  readonly verifiedBy: string;
  readonly coversBody: boolean;
  readonly replayProtected: boolean;
  readonly normalises?: string;
  readonly configured: readonly string[];
}

interface SourceDetails {
  readonly name: string;
  readonly url: string;
  readonly publicUrl?: string;
  readonly secret: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly subscription?: string;
}

/** `millrace sources ls|show`: who may send webhooks, and how they prove who they are. */
export function sourcesCommand({ admin }: Context): Command {
  const sources = new Command('sources').description('who sends webhooks');
  verb(sources, 'ls', 'every connector, with how its webhooks are verified').action(
    run(async (print: Printer) => {
      const found = await admin<readonly SourceSummary[]>('/admin/v1/sources');
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
  verb(sources, 'show <source>', 'where to point a webhook, and its secret (audited)').action(
    run(async (print: Printer, name: string) => {
      const found = await admin<SourceDetails>(`/admin/v1/sources/${encodeURIComponent(name)}`);
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
  return sources;
}

/** `millrace keys show sample`: the API key that the embedded start made. */
export function keysCommand({ admin }: Context): Command {
  const keys = new Command('keys').description('API keys for business events');
  verb(keys, 'show <name>', 'a key that is kept in the clear: only `sample` is (audited)').action(
    run(async (print: Printer, name: string) => {
      const found = await admin<Readonly<Record<string, unknown>>>(`/admin/v1/keys/${encodeURIComponent(name)}`);
      print.result(found, (shown) => facts(Object.entries(shown)));
      return undefined;
    }),
  );
  return keys;
}
