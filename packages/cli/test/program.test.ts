import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createContext, createProgram, exitCodeOf, exitCodes, exitMeanings } from '../src/index.ts';

const aProgram = (): Promise<Command> =>
  createProgram(
    createContext({
      ...{
        env: {},
        cwd: '/nowhere',
        root: '/nowhere',
        now: () => 0,
        terminal: { out: process.stdout, err: process.stderr },
      },
      signal: new AbortController().signal,
    }),
  );

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

const verbs = verbsOf(await aProgram()).map((verb) => [pathOf(verb), helpOf(verb)] as const);

describe('the program', () => {
  it('has the noun of each file below verbs/, without a list of them', async () => {
    const files = readdirSync(join(import.meta.dirname, '../src/verbs')).map((name) => name.replace(/\.ts$/, ''));
    const { commands } = await aProgram();
    expect(commands.map((command) => command.name()).toSorted()).toEqual(files.toSorted());
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
      for (const verb of verbsOf(program)) {
        verb.action(() => {
          called = pathOf(verb);
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
