import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createExpressions, type FlowError } from '../src/index.ts';

const expressions = createExpressions();
afterAll(() => expressions.close());

const ticket = { subject: 'Card lost', tags: ['card', 'lost'], account: { tier: 'enterprise' }, requester: null, n: 3 };
const endless = '($spin := function($n) { $spin($n + 1) }; $spin(0))';
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: FlowError) => error.code,
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('expressions', () => {
  it.each([
    ["account.tier = 'enterprise'", true],
    ["requester.email = 'x'", false],
    ["'lost' in tags and n > 2", true],
    ['tags', ['card', 'lost']],
    ['nothing.here', undefined],
    ['$count(tags) & " tags"', '2 tags'],
    ['{ "title": $uppercase(subject), "tags": tags[] }', { title: 'CARD LOST', tags: ['card', 'lost'] }],
    ['tags.$contains(/^c/)', [true, false]],
  ])('evaluates %s', async (text, expected) => {
    expect(await expressions.evaluate(text, ticket)).toStrictEqual(expected);
  });

  it('answers several over one input in their order', async () => {
    expect(await expressions.evaluateAll(['$count(tags)', 'n', '$string(n)'], ticket)).toStrictEqual([2, 3, '3']);
  });

  it('says what is not JSONata before anything runs', () => {
    expect(() => expressions.compile('a = = b')).toThrow(/not JSONata: .* at character/);
  });

  it('tells where an expression failed and nothing of the value', async () => {
    const failure = await expressions
      .evaluate('$number(subject)', { subject: 'secret text' })
      .catch((error: FlowError) => error);
    expect(failure).toMatchObject({ code: 'X_FLOWS_EXPRESSION_FAILED' });
    expect((failure as FlowError).message).toMatch(/D3030 at character/);
    expect((failure as FlowError).message).not.toContain('secret');
  });

  it.each([
    ['an endless recursion', endless],
    ['a regular expression that backtracks for ever', 'subject ~> /^(a+)+$/'],
    ['an endless filter of a constant', `'a'[${endless}]`],
    ['an endless group of a plain path', `account{ tier: ${endless} }`],
  ])('stops %s and answers the others of the same batch', async (_, bad) => {
    const input = { ...ticket, subject: `${'a'.repeat(40)}!` };
    const others = Array.from({ length: 20 }, (_each, at) => expressions.evaluate(`$sum([n, ${at}])`, input));
    const stopped = codeOf(expressions.evaluate(bad, input));
    const more = expressions.evaluate('$string(n)', input);
    expect(await Promise.all(others)).toStrictEqual(Array.from({ length: 20 }, (_each, at) => 3 + at));
    expect(await more).toBe('3');
    expect(await stopped).toBe('X_FLOWS_EXPRESSION_LIMIT');
  });

  it('stops an expression that takes all the memory', async () => {
    expect(await codeOf(expressions.evaluate('$map([1..9000000], function($v) { $string($v) & "x" })', ticket))).toBe(
      'X_FLOWS_EXPRESSION_LIMIT',
    );
    expect(await expressions.evaluate('$string(n)', ticket)).toBe('3');
  });

  it('stops waiting when asked to', async () => {
    const work = expressions.evaluate(endless, ticket, AbortSignal.timeout(10));
    await expect(work).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('rejects what waits when it is closed, and everything after', async () => {
    const closing = createExpressions();
    const waiting = codeOf(closing.evaluate(endless, ticket));
    await closing.close();
    await closing.close();
    expect(await waiting).toBe('X_FLOWS_EXPRESSIONS_CLOSED');
    expect(await codeOf(closing.evaluate('$string(n)', ticket))).toBe('X_FLOWS_EXPRESSIONS_CLOSED');
  });

  it('leaves no worker behind when its process is killed in the middle of an endless evaluation', async () => {
    const script = `
      import { createExpressions } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
      const expressions = createExpressions({ timeoutMs: 60000 });
      await expressions.evaluate('$string(1)', {});
      console.log('started');
      await expressions.evaluate(${JSON.stringify(endless)}, {});`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(parent.stdout, 'data');
    const worker = Number(execFileSync('pgrep', ['-P', String(parent.pid)], { encoding: 'utf8' }));
    expect(isAlive(worker)).toBe(true);
    parent.kill('SIGKILL');
    const deadline = Date.now() + 20_000;
    while (isAlive(worker) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isAlive(worker)).toBe(false);
  });

  it('evaluates thousands a second', async () => {
    const started = performance.now();
    const count = 5000;
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        expressions.evaluate('$uppercase(subject) & $string(n)', { ...ticket, n }),
      ),
    );
    expect(count / ((performance.now() - started) / 1000)).toBeGreaterThan(1000);
  });
});
