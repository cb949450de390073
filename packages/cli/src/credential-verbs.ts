import type { OperatorClient } from '@millrace/operator-api/client';
import type { Command } from 'commander';
import { run, type Told, verb } from './context.ts';
import { facts, type Printer, shortTime } from './printer.ts';

type TokenView = Awaited<ReturnType<OperatorClient['tokens']['list']>>[number];
type KeyView = Awaited<ReturnType<OperatorClient['keys']['list']>>[number];
interface Changed {
  readonly plan: string;
  readonly secret?: string | undefined;
  readonly token?: TokenView | undefined;
  readonly key?: KeyView | undefined;
}
/** Credentials are changed with `--start` alone; without it the verb says what would be done. */
export interface Changing {
  readonly plan?: boolean;
  readonly start?: boolean;
}

/** Several values in one option, with commas. */
export const listOf = (text: string): string[] => text.split(',').filter((part) => part !== '');

interface Ends {
  rotate(input: { id: string; overlap?: string | undefined; plan: boolean }): Promise<Changed>;
  revoke(input: { id: string; plan: boolean }): Promise<Changed>;
}

/** `rotate` and `revoke`, which tokens and keys have alike. */
export function addEnds(noun: Command, client: () => Ends): void {
  changing(noun, 'rotate <id>', {
    does: 'make a new secret, shown this once; the old one counts for a while beside it',
    example: `millrace ${noun.name()} rotate ${exampleOf(noun)} --overlap 48h --start`,
  })
    .option('--overlap <length>', 'how long the old one counts', '24h')
    .action(
      run(async (print: Printer, id: string, { overlap, ...options }: Changing & { readonly overlap: string }) =>
        tell(print, options, (plan) => client().rotate({ id, overlap, plan })),
      ),
    );
  changing(noun, 'revoke <id>', {
    does: 'end it: within five seconds no service takes it',
    example: `millrace ${noun.name()} revoke ${exampleOf(noun)} --start`,
  }).action(
    run(async (print: Printer, id: string, options: Changing) =>
      tell(print, options, (plan) => client().revoke({ id, plan })),
    ),
  );
}

/** `token-…` of `tokens`. */
const exampleOf = (noun: Command): string => `${noun.name().replace(/s$/, '')}-5f3a9c01d2e4`;

/** A verb that plans, and acts with `--start`. */
export function changing(noun: Command, signature: string, told: Told): Command {
  return verb(noun, signature, told)
    .option('--plan', 'only say what would be done (the default)')
    .option('--start', 'do it');
}

/** Asks for the plan or for the change itself, and shows the answer. */
export async function tell(
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

export const commonHead = ['secret', 'state', 'created by', 'created', 'expires', 'used last'] as const;

export const commonCells = (row: TokenView | KeyView): readonly string[] => [
  ...[`${row.shown}…`, row.state, row.createdBy],
  ...[shortTime(row.createdAt), shortTime(row.expiresAt), shortTime(row.lastUsedAt)],
];
