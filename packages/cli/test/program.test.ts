import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Command, Command as Program } from 'commander';
import { bindRun, type Context, run, verb } from '../src/context.ts';
import { createContext, createProgram, exitCodeOf, exitCodes, exitMeanings } from '../src/index.ts';
import type { Printer } from '../src/printer.ts';
import { recordedOutput } from './terminal/recorded-output.ts';

const aContext = (): Context =>
  createContext({
    ...{ env: {}, cwd: '/nowhere', root: '/nowhere', now: () => 0 },
    terminal: { out: recordedOutput(), err: recordedOutput() },
    signal: new AbortController().signal,
  });

const aProgram = (): Promise<Command> => createProgram(aContext());

const verbsOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(verbsOf);

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const verbs = verbsOf(await aProgram()).map((each) => [pathOf(each), helpOf(each)] as const);

describe('the program', () => {
  it('has the noun of each file below verbs/, without a list of them', async () => {
    const files = readdirSync(join(import.meta.dirname, '../src/verbs')).map((name) => name.replace(/\.ts$/, ''));
    const { commands } = await aProgram();
    expect(commands.map((command) => command.name()).toSorted()).toEqual(files.toSorted());
  });
});

describe('an action', () => {
  it('gets the options of its verb, and not how its answer is shown', async () => {
    const context = aContext();
    const program = new Program('millrace');
    const bound = bindRun(program, context);
    const seen: unknown[] = [];
    verb(program, 'heal <vendor>', { does: 'heals', example: 'millrace heal http' })
      .option('--times <n>', 'so often')
      .action(
        run(async (print: Printer, ...given: unknown[]) => {
          seen.push(...given, typeof print.result);
          return exitCodes.planEmpty;
        }),
      );
    await program.parseAsync(['heal', 'http', '--times', '3', '--json', '--no-pager'], { from: 'user' });
    expect(seen).toEqual(['http', { times: '3' }, 'function']);
    expect(bound.exitCode).toBe(exitCodes.planEmpty);
  });
});

describe('the help of a verb', () => {
  it.each(verbs)('shows how %s is called, by a command line that it takes', async (path, help) => {
    const examples = [...help.matchAll(/^ {2}millrace (.+)$/gm)].map(([, line = '']) => line);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      const program = await aProgram();
      let called = '';
      for (const each of verbsOf(program)) {
        each.action(() => {
          called = pathOf(each);
        });
      }
      await program.parseAsync(words, { from: 'user' });
      expect(called).toBe(path);
    }
  });
});

describe('an exit code', () => {
  it('is documented with all others in one table of the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, code, means]) => [Number(code), means]);
    const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
    expect(rows).toEqual(names.map((name) => [exitCodes[name], exitMeanings[name]]));
  });

  it('is that of a refusal where a token, its scope or what it may hand on does not reach', () => {
    for (const code of ['X_ACCESS_ROLE', 'X_ACCESS_SCOPE', 'X_ACCESS_TOKEN', 'X_CREDENTIAL_GRANT', 'X_ACCESS_ORIGIN'])
      expect(exitCodeOf(code)).toBe(exitCodes.refused);
  });

  it('is that of a refusal where the state or a missing audit does not allow it', () => {
    for (const code of ['X_REPLAY_STATE', 'X_CREDENTIAL_STATE', 'X_AUDIT_UNAVAILABLE'])
      expect(exitCodeOf(code)).toBe(exitCodes.refused);
  });
});
