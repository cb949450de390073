import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createContext, createProgram, exitCodeOf, exitCodes } from '../src/index.ts';

const context = createContext({
  ...{ env: {}, cwd: '/nowhere', root: '/nowhere', now: () => 0 },
  signal: new AbortController().signal,
});

describe('the program', () => {
  it('has the noun of each file below verbs/, without a list of them', async () => {
    const files = readdirSync(join(import.meta.dirname, '../src/verbs')).map((name) => name.replace(/\.ts$/, ''));
    const { commands } = await createProgram(context);
    expect(commands.map((command) => command.name()).toSorted()).toEqual(files.toSorted());
  });
});

describe('an exit code', () => {
  it('is that of a refusal where the token, its scope or what it may hand on does not reach', () => {
    for (const code of ['X_ACCESS_ROLE', 'X_ACCESS_SCOPE', 'X_ACCESS_TOKEN', 'X_CREDENTIAL_GRANT'])
      expect(exitCodeOf(code)).toBe(exitCodes.refused);
  });
});
