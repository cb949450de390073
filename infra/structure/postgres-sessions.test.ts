import { describe, expect, it } from '@jest/globals';
import { readText, sourceFiles } from './workspace.ts';

/** What a session would have to keep between two transactions, as it stands in a statement. */
const keptBySession = [
  /\bpg_(try_)?advisory_(un)?lock(_shared|_all)?\b/i,
  /[`'"]\s*(SET (?!LOCAL\b|TRANSACTION\b)\w+|LISTEN \w+|UNLISTEN|PREPARE \w+|DEALLOCATE\b|DISCARD (ALL|PLANS)|DECLARE \w+)/,
  /\bCREATE (TEMP|TEMPORARY) /i,
  /\bset_config\([^)]*false\s*\)/i,
];

describe('what goes to Postgres', () => {
  it('keeps nothing in a session: behind a transaction pooler the next transaction meets another', () => {
    const found = sourceFiles().flatMap((path) =>
      keptBySession.flatMap((pattern) => {
        const [match] = pattern.exec(readText(path)) ?? [];
        return match === undefined ? [] : [`${path}: ${match}`];
      }),
    );
    expect(found).toEqual([]);
  });
});
