import type { OperatorClient } from '@millrace/operator-api/client';
import { Command } from 'commander';
import { type Context, run, verb } from './context.ts';
import { facts, type Printer, shortTime, table } from './printer.ts';

type TokenView = Awaited<ReturnType<OperatorClient['tokens']['list']>>[number];
type KeyView = Awaited<ReturnType<OperatorClient['keys']['list']>>[number];
interface Changed {
  readonly plan: string;
  readonly secret?: string | undefined;
  readonly token?: TokenView | undefined;
  readonly key?: KeyView | undefined;
}
interface Changing {
  readonly plan?: boolean;
  readonly start?: boolean;
}

const list = (text: string): string[] => text.split(',').filter((part) => part !== '');

/** `millrace tokens create|ls|rotate|revoke`: who may use the operator API. */
export function tokensCommand({ adminApi }: Context): Command {
  const tokens = new Command('tokens').description('tokens of operators (role admin)');
  changing(tokens, 'create', 'make a token, shown this once')
    .requiredOption('--name <name>', 'whose it is')
    .requiredOption('--role <roles>', 'viewer, operator, approver or admin; several with commas', list)
    .option('--groups <patterns>', 'consumer groups that it may see and act on, with commas; * is any text', list)
    .option('--topics <patterns>', 'the same of topics', list)
    .option('--expires <when>', 'how long it counts, such as 90d, or until when; until it is revoked when absent')
    .action(
      run(async (print: Printer, { role, name, groups, topics, expires, ...options }: TokenOptions) =>
        tell(print, options, (plan) =>
          adminApi().tokens.create({ name, roles: role as never, groups, topics, expires, plan }),
        ),
      ),
    );
  verb(tokens, 'ls', 'every token, without its secret').action(
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
  return tokens;
}

interface TokenOptions extends Changing {
  readonly name: string;
  readonly role: string[];
  readonly groups?: string[];
  readonly topics?: string[];
  readonly expires?: string;
}

/** `millrace keys create|ls|rotate|revoke|show`: who may send business events. */
export function keysCommand({ api }: Context): Command {
  const keys = new Command('keys').description('API keys for business events');
  changing(keys, 'create', 'make an API key, shown this once')
    .requiredOption('--client <name>', 'who sends with it; never the name of a source')
    .requiredOption('--scopes <entities>', 'what it may send, such as tickets,leads; * is all', list)
    .option('--expires <when>', 'how long it counts, such as 365d, or until when; until it is revoked when absent')
    .action(
      run(async (print: Printer, { client, scopes, expires, ...options }: KeyOptions) =>
        tell(print, options, (plan) => api.keys.create({ client, scopes, expires, plan })),
      ),
    );
  verb(keys, 'ls', 'every key that was made, without its secret').action(
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
  verb(keys, 'show <name>', 'a key that is kept in the clear: only `sample` is (audited)').action(
    run(async (print: Printer, name: string) => {
      print.result(await api.keys.show({ name }), (shown) => facts(Object.entries(shown)));
      return undefined;
    }),
  );
  return keys;
}

interface KeyOptions extends Changing {
  readonly client: string;
  readonly scopes: string[];
  readonly expires?: string;
}

interface Ends {
  rotate(input: { id: string; overlap?: string | undefined; plan: boolean }): Promise<Changed>;
  revoke(input: { id: string; plan: boolean }): Promise<Changed>;
}

function addEnds(noun: Command, client: () => Ends): void {
  changing(noun, 'rotate <id>', 'make a new secret, shown this once; the old one counts for a while beside it')
    .option('--overlap <length>', 'how long the old one counts', '24h')
    .action(
      run(async (print: Printer, id: string, { overlap, ...options }: Changing & { readonly overlap: string }) =>
        tell(print, options, (plan) => client().rotate({ id, overlap, plan })),
      ),
    );
  changing(noun, 'revoke <id>', 'end it: within five seconds no service takes it').action(
    run(async (print: Printer, id: string, options: Changing) =>
      tell(print, options, (plan) => client().revoke({ id, plan })),
    ),
  );
}

function changing(noun: Command, signature: string, description: string): Command {
  return verb(noun, signature, description)
    .option('--plan', 'only say what would be done (the default)')
    .option('--start', 'do it');
}

async function tell(
  print: Printer,
  { plan, start }: Changing,
  ask: (plan: boolean) => Promise<Changed>,
): Promise<undefined> {
  const isPlan = plan === true || start !== true;
  print.result(await ask(isPlan), (done) => {
    const shown = done.token ?? done.key;
    if (isPlan) return `would do: ${done.plan}\n--start on this command does it`;
    return facts([
      ['done', done.plan],
      ['id', shown?.id],
      ['expires', shown?.expiresAt],
      ['secret', done.secret],
    ]);
  });
  return undefined;
}

const commonHead = ['secret', 'state', 'created by', 'created', 'expires', 'used last'] as const;

const commonCells = (row: TokenView | KeyView): readonly string[] => [
  ...[`${row.shown}…`, row.state, row.createdBy],
  ...[shortTime(row.createdAt), shortTime(row.expiresAt), shortTime(row.lastUsedAt)],
];
