import { describe, expect, it } from '@jest/globals';
import { createGroupCommit, type GroupCommit } from '../../../src/vendors/postgres/group-commit.ts';
import { never } from '../../kit/sink/a-delivery.ts';

interface Recorded {
  readonly commits: GroupCommit<string, string>;
  readonly statements: string[][];
}

/** Rows are `key` or `key!` (poisoned). */
function aGroupCommit(maxRows = 100, gate: () => Promise<void> = async () => undefined): Recorded {
  const statements: string[][] = [];
  const commits = createGroupCommit<string, string>({
    apply: async (rows) => {
      statements.push([...rows]);
      await gate();
      if (rows.some((row) => row.endsWith('!'))) throw new Error('poisoned');
      if (rows.includes('away')) throw new Error('away');
      return rows.map((row) => `applied ${row}`);
    },
    keysOf: (row) => [row.replace('!', '')],
    blamesRow: (error) => (error as Error).message === 'poisoned',
    maxRows,
  });
  return { commits, statements };
}

const outcomes = async (all: Promise<string>[]): Promise<string[]> =>
  (await Promise.allSettled(all)).map((one) =>
    one.status === 'fulfilled' ? one.value : `failed: ${(one.reason as Error).message}`,
  );

describe('group commit', () => {
  it('sends what came in the same moment as one statement', async () => {
    const { commits, statements } = aGroupCommit();
    await Promise.all(['a', 'b', 'c'].map((row) => commits.submit(row, never)));
    expect(statements).toEqual([['a', 'b', 'c']]);
  });

  it('sends what came during a statement as the next one', async () => {
    const gate = Promise.withResolvers<void>();
    const { commits, statements } = aGroupCommit(100, () => gate.promise);
    const first = commits.submit('a', never);
    while (statements.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const others = ['b', 'c', 'd'].map((row) => commits.submit(row, never));
    gate.resolve();
    await Promise.all([first, ...others]);
    expect(statements).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('has a key once per statement, in the order of the calls', async () => {
    const { commits, statements } = aGroupCommit();
    await Promise.all(['a', 'b', 'a', 'a', 'c'].map((row) => commits.submit(row, never)));
    expect(statements).toEqual([['a', 'b', 'c'], ['a'], ['a']]);
  });

  it('sends no more rows at once than it may', async () => {
    const { commits, statements } = aGroupCommit(2);
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((row) => commits.submit(row, never)));
    expect(statements.map((rows) => rows.length)).toEqual([2, 2, 1]);
  });

  it('finds the poisoned rows and applies all others', async () => {
    const { commits } = aGroupCommit();
    const rows = Array.from({ length: 50 }, (_, at) => (at === 7 || at === 33 ? `r${at}!` : `r${at}`));
    const ended = await outcomes(rows.map((row) => commits.submit(row, never)));
    expect(ended).toEqual(rows.map((row) => (row.endsWith('!') ? 'failed: poisoned' : `applied ${row}`)));
  });

  it('fails all rows of a statement that no row is to blame for, and goes on with the next', async () => {
    const { commits, statements } = aGroupCommit();
    const ended = await outcomes(['a', 'away', 'b'].map((row) => commits.submit(row, never)));
    expect(ended).toEqual(['failed: away', 'failed: away', 'failed: away']);
    expect(statements).toHaveLength(1);
    await expect(commits.submit('c', never)).resolves.toBe('applied c');
  });

  it('does not send a row whose caller has gone', async () => {
    const { commits, statements } = aGroupCommit();
    const controller = new AbortController();
    const gone = commits.submit('a', controller.signal);
    const stays = commits.submit('b', never);
    controller.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await stays;
    expect(statements).toEqual([['b']]);
  });

  it('is idle when nothing is on its way', async () => {
    const { commits } = aGroupCommit();
    await commits.idle();
    const written = commits.submit('a', never);
    await commits.idle();
    await expect(written).resolves.toBe('applied a');
  });
});
