import { afterAll, describe, expect, it } from '@jest/globals';
import { nullSafeFunctions, parametersOf } from '../src/expression-functions.ts';
import { compileNullSafe } from '../src/expression-nulls.ts';
import { createExpressions, type FlowError, isTrue } from '../src/index.ts';

const expressions = createExpressions();
afterAll(() => expressions.close());

const ticket = {
  subject: 'Hi',
  description: null,
  assignee: null,
  requester: null,
  updatedAt: null,
  tags: ['vip'],
  labels: ['a', 'b'],
  scores: [1, null, 3],
  items: [{ name: 'x', email: null }],
  attributes: { k: null, a: '1' },
};
/** The same with nothing where null was. */
const sparse = {
  subject: 'Hi',
  tags: ['vip'],
  labels: ['a', 'b'],
  scores: [1, null, 3],
  items: [{ name: 'x' }],
  attributes: { a: '1' },
};

describe('null', () => {
  it.each([
    // As they were reported.
    ['$lowercase(requester.emailDomain)', undefined],
    ["$contains(description, 'refund')", undefined],
    ['updatedAt > 1700000000000', undefined],
    ["'Assignee: ' & assignee", 'Assignee: '],
    // Operators.
    ["assignee & ' (' & description & ')'", ' ()'],
    ['updatedAt + 1', undefined],
    ['-updatedAt', undefined],
    ['updatedAt <= description', undefined],
    ["assignee = 'x'", false],
    ["assignee != 'x'", false],
    ["assignee in ['x']", false],
    ["'x' in description", false],
    ['[1..updatedAt]', []],
    ["assignee ? 'theirs' : 'free'", 'free'],
    ['assignee or true', true],
    ["assignee ?? 'nobody'", 'nobody'],
    ["description ~> $contains('x')", undefined],
    ['assignee.$uppercase($)', undefined],
    // Asking for it.
    ['$exists(assignee)', false],
    ['assignee = null', true],
    ['null = assignee', true],
    ['assignee != null', false],
    ['subject != null', true],
    ['requester.email = null', true],
    ['nowhere = null', true],
    ['$type(assignee)', undefined],
    ['$boolean(assignee)', false],
    ['$not(assignee)', true],
    ["$not($contains(description, 'x'))", true],
    ['$count(description)', 0],
    // A null that the expression itself writes.
    ["'a' & null", 'a'],
    ["(assignee ? 'x' : null) & 'y'", 'y'],
    ['null > 1', undefined],
    ['($f := function($n) { $n = 0 ? null : $f($n - 1) }; $f(3) & "end")', 'end'],
    ['$uppercase(null)', undefined],
    // What an object is made with stays in it.
    ["{ 'assignee': assignee, 'none': null, 'email': requester.email }", { assignee: null, none: null, email: null }],
    ["{ 'upper': $uppercase(assignee) }", {}],
    ['attributes', { a: '1' }],
    ['$keys(attributes)', 'a'],
    ['attributes.k = null', true],
    // Lists keep their places; what takes texts or numbers passes over them.
    ['scores[2]', 3],
    ['scores', [1, null, 3]],
    ['$count(scores)', 3],
    ['$sum(scores)', 4],
    ["scores[1] & 'x'", 'x'],
    ['scores[$ > 0]', [1, 3]],
    ['$sort(scores)', [1, 3]],
    ['items^(>email).name', ['x']],
    ['items[email = null].name', ['x']],
    ['items{ name: email }', { x: null }],
  ])('is missing in %s', async (text, expected) => {
    expect(await expressions.evaluate(text, ticket)).toStrictEqual(expected);
    expect(await expressions.evaluate(text, sparse)).toStrictEqual(expected);
  });

  const values: Readonly<Record<string, string>> = {
    s: "'3'",
    n: '2',
    b: 'true',
    a: '[1, 2]',
    o: "{ 'a': 1 }",
    f: 'function($one, $other) { $one }',
    x: "'abc'",
    j: '1',
    '(': "'3'",
    'a<s>': "['a', 'b']",
    'a<o>': "[{ 'a': 1 }]",
  };
  const calls = [...nullSafeFunctions].flatMap(([name, { signature }]) => {
    const parameters = parametersOf(signature?.definition ?? '<>');
    return parameters.flatMap(({ type }, missing) => {
      // A function that is not there is a mistake in the expression, not in the record; these two say so by their purpose.
      if (type.startsWith('f') || name === 'error' || name === 'assert') return [];
      const call = (absent: string): string =>
        `$${name}(${parameters.map((one, at) => (at === missing ? absent : (values[one.type] ?? values[one.type.charAt(0)]))).join(', ')})`;
      return [[call('assignee'), call('nowhere'), call('null')] as const];
    });
  });
  it('was tried with every argument of every function', () => {
    expect(nullSafeFunctions.size).toBe(62);
    expect(calls.length).toBeGreaterThan(85);
  });
  it.each(calls)('is missing to a function: %s', async (nulled, missing, written) => {
    const outcome = (text: string): Promise<string> =>
      compileNullSafe(text)
        .evaluate({})
        .then(
          (value) => JSON.stringify(value) ?? 'missing',
          (error: { code?: string }) => error.code ?? String(error),
        );
    const [one, other, third] = [await outcome(nulled), await outcome(missing), await outcome(written)];
    expect([one, third]).toStrictEqual([other, other]);
    expect(one).not.toMatch(/undefined|NaN|TypeError|T041/);
  });

  it.each([
    [undefined, false],
    [null, false],
    ['', false],
    ['no', true],
    [0, false],
    [-1, true],
    [false, false],
    [[], false],
    [[0, ''], false],
    [[0, 'x'], true],
    [[[]], false],
    [{}, false],
    [{ a: null }, true],
  ])('and everything else holds as JSONata has it: %p', async (value, holds) => {
    expect(isTrue(value)).toBe(holds);
    expect((await compileNullSafe('$boolean(value)').evaluate({ value })) ?? false).toBe(holds);
  });
});

describe('a list', () => {
  it.each([
    ["tags[$contains($, 'v')]", ['vip']],
    ["{ 'tags': tags[$ = 'vip'] }", { tags: ['vip'] }],
    ["{ 'tags': tags[$ = 'none'] }", { tags: [] }],
    ["{ 'tags': $.tags[$ = 'vip'] }", { tags: ['vip'] }],
    ["{ 'tags': $filter(tags, function($tag) { $tag = 'vip' }) }", { tags: ['vip'] }],
    ["{ 'tags': tags ~> $map($uppercase) }", { tags: ['VIP'] }],
    ["{ 'tags': tags.$uppercase() }", { tags: ['VIP'] }],
    ["{ 'tags': true ? tags[$ = 'vip'] : [] }", { tags: ['vip'] }],
    ["items.{ 'n': name }", [{ n: 'x' }]],
    ['items.name', ['x']],
    ['tags', ['vip']],
    // One item that is asked for is that item, and an operand is what JSONata makes it.
    ['tags[0]', 'vip'],
    ['tags[-1]', 'vip'],
    ["tags[$ = 'vip'] = 'vip'", true],
    ["requester[email = 'x']", undefined],
    ["'tag ' & tags[$ = 'vip']", 'tag vip'],
  ])('of one is a list in %s', async (text, expected) => {
    expect(await expressions.evaluate(text, ticket)).toStrictEqual(expected);
  });
});

describe('an expression that fails', () => {
  const reasonOf = async (text: string, input: unknown): Promise<string> => {
    const failure = await expressions.evaluate(text, input).catch((error: FlowError) => error);
    expect(failure).toMatchObject({ code: 'X_FLOWS_EXPRESSION_FAILED' });
    return (failure as FlowError).message;
  };
  const secret = { subject: 'Secret Person', tags: ['secret', 'tag'], n: 4321, requester: { email: 'secret@x' } };

  it.each([
    ["$contains(n, 'x')", 'argument 1 of $contains, `n`, is a number; text is expected (T0410 at character 10)'],
    ['$lowercase(requester)', 'argument 1 of $lowercase, `requester`, is an object; text is expected'],
    ['$sum(tags)', 'argument 1 of $sum, `tags`, is a list with text in it; a list of numbers is expected'],
    ['subject > 3', 'the left side of >, `subject`, is text, the right side is a number; both are expected'],
    ['tags > 3', 'one side of > (`tags`) is a list; text or a number is expected'],
    ['1 + requester.email', 'the right side of +, `requester.email`, is text; a number is expected'],
    ['-subject', 'what stands after -, `subject`, is text; a number is expected'],
    ['$number(subject)', 'a text that is no number came to $number from `subject`'],
    ['$toMillis(subject)', 'the text that came to $toMillis from `subject` is no time'],
    ['subject.$round()', 'what stands before $round is text; a number is expected'],
    ['$map(tags, $abs)', 'text came to the function that $map (`tags`) calls'],
    ['{ n: 1 }', 'the name of a field is a number; text is expected'],
    ["contains(subject, 'x')", 'something is called that is no function; names of functions begin with $'],
    ['$error(subject)', 'its own $error() says so'],
  ])('says which field and what kind of thing came, never the value: %s', async (text, reason) => {
    const told = await reasonOf(text, secret);
    expect(told).toContain(`the expression \`${text}\` failed: ${reason}`);
    expect(told).not.toMatch(/secret|person|4321/i);
  });
});
