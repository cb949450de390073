import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createExpressions, type ExpressionOptions, type Expressions, type FlowError } from '../src/index.ts';

const endless = '($spin := function($n) { $spin($n + 1) }; $spin(n))';
const greedy = '$count($map([1..9000000], function($v) { $string($v) & s }))';
const opened: Expressions[] = [];
const open = (options: ExpressionOptions = {}): Expressions => {
  const made = createExpressions(options);
  opened.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: FlowError) => error.code,
  );
const workers = (): readonly number[] =>
  execFileSync('pgrep', ['-P', String(process.pid), '-f', 'expression-worker'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);

describe('the worker of expressions', () => {
  it('blames nobody for the start of a worker on a machine that has no time for it', async () => {
    const workerFile = new URL('./support/starved-worker.ts', import.meta.url);
    const expressions = open({ workerFile });
    expect(await expressions.evaluate('$string(n)', { n: 1 })).toBe('1');
  });

  it('answers the record that comes after one that its worker was ended for', async () => {
    const workerFile = new URL('./support/starved-worker.ts', import.meta.url);
    const expressions = open({ workerFile });
    const killer = codeOf(expressions.evaluate(endless, { n: 0 }));
    const beside = expressions.evaluate('$string(n)', { n: 1 });
    expect(await beside).toBe('1');
    expect(await killer).toBe('X_FLOWS_EXPRESSION_LIMIT');
    expect(await expressions.evaluate('$string(n)', { n: 2 })).toBe('2');
  });

  it('says to whoever ended it which expression that was', async () => {
    await expect(open().evaluate(endless, { n: 0 })).rejects.toThrow(
      /^the expression `\(\$spin := .*` took more than 100 ms of processor time or 64 MB, twice/,
    );
  });

  it('lets no number of records that end it hold up the others', async () => {
    const expressions = open();
    let over = 0;
    const killers = Array.from({ length: 3 }, async (_, n) => {
      expect(await codeOf(expressions.evaluate(endless, { n }))).toBe('X_FLOWS_EXPRESSION_LIMIT');
      over += 1;
    });
    const others = Array.from({ length: 200 }, (_, n) => expressions.evaluate('$string(n)', { n }));
    expect(await Promise.all(others)).toStrictEqual(Array.from({ length: 200 }, (_, n) => String(n)));
    expect(over).toBeLessThan(3);
    await Promise.all(killers);
    // The same expression on a record that it is quick for.
    expect(await expressions.evaluate(endless.replace('$spin($n + 1)', '$n > 3 ? $n : $spin($n + 1)'), { n: 0 })).toBe(
      4,
    );
  });

  it('answers the others of a batch whose worker ran out of memory', async () => {
    const expressions = open();
    const others = Array.from({ length: 5 }, (_, n) => expressions.evaluate('$string(n)', { n }));
    const killer = codeOf(expressions.evaluate(greedy, { s: 'x' }));
    expect(await Promise.all(others)).toStrictEqual(['0', '1', '2', '3', '4']);
    expect(await killer).toBe('X_FLOWS_EXPRESSION_LIMIT');
  });

  it('answers a batch that is larger than the memory of its worker', async () => {
    const expressions = open();
    const s = 'x'.repeat(900_000);
    const many = Array.from({ length: 80 }, (_, n) => expressions.evaluate('$count(s) + n', { s, n }));
    expect(await Promise.all(many)).toStrictEqual(Array.from({ length: 80 }, (_, n) => 1 + n));
  });

  it('answers what is asked of a worker that was killed from outside', async () => {
    const expressions = open();
    expect(await expressions.evaluate('$string(n)', { n: 1 })).toBe('1');
    for (const pid of workers()) process.kill(pid, 'SIGKILL');
    const asked = [2, 3].map((n) => expressions.evaluate('$string(n)', { n }));
    expect(await Promise.all(asked)).toStrictEqual(['2', '3']);
  });

  it('tells a worker that does not start from an expression that is wrong: it passes', async () => {
    const expressions = open({ workerFile: new URL('./support/failing-worker.ts', import.meta.url) });
    const failure = await expressions.evaluate('$string(n)', { n: 1 }).catch((error: FlowError) => error);
    expect(failure).toMatchObject({ code: 'X_FLOWS_EXPRESSIONS_UNAVAILABLE', isTransient: true });
  });

  it('evaluates nothing that nobody waits for any more', async () => {
    const expressions = open();
    expect(await expressions.evaluate('$string(n)', { n: 0 })).toBe('0');
    const [pid] = workers();
    const given = new AbortController();
    const killer = expressions.evaluate(endless, { n: 0 }, given.signal).catch(() => 'given up');
    given.abort();
    expect(await killer).toBe('given up');
    expect(await expressions.evaluate('$string(n)', { n: 1 })).toBe('1');
    expect(workers()).toStrictEqual([pid]);
  });
});
