import { describe, expect, it } from '@jest/globals';
import { defineSource, parseDocument, type Source } from '@millrace/connectors';
import { sources } from '@millrace/connectors/sources';
import fc from 'fast-check';
import { spansOf } from '../src/json-span.ts';
import { maskBody, maskHeaders, maskQuery } from '../src/mask.ts';

const githubSource = (): Source => {
  const { github } = sources;
  if (github === undefined) throw new Error('there is a github source');
  return github;
};
const json = { kind: 'json' } as const;
const form = { kind: 'form', field: 'payload', bare: true } as const;
const source: Source = defineSource({
  ...githubSource(),
  name: 'masked',
  credentials: ['body:/token', 'body:/a~1b/1/secret', 'query:sig', 'header:x-secret'],
});

describe('spansOf', () => {
  it('cuts out exactly the value at any path of any JSON, however it is spaced', () => {
    const spaced = fc.tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'));
    fc.assert(
      fc.property(spaced, fc.jsonValue(), fc.string(), ([sibling, space], value, name) => {
        const json = Buffer.from(
          JSON.stringify({ before: sibling, list: [sibling, { [name]: value }], after: sibling }, null, space),
        );
        const spans = spansOf(json, ['list', '1', name]);
        expect(spans.map(({ start, end }) => JSON.parse(json.toString('utf8', start, end)) as unknown)).toEqual([
          JSON.parse(JSON.stringify(value)),
        ]);
      }),
      { numRuns: 500 },
    );
  });
  it('finds a name every time it is repeated, and nothing where nothing is', () => {
    const json = Buffer.from('{"token":1,"x":{"token":2},"token" : "three"}');
    expect(spansOf(json, ['token']).map(({ start, end }) => json.toString('utf8', start, end))).toEqual([
      '1',
      '"three"',
    ]);
    expect(spansOf(json, ['none', 'deeper'])).toEqual([]);
    expect(spansOf(Buffer.from('7'), ['token'])).toEqual([]);
  });
  it('does not recurse into depth', () => {
    const deep = Buffer.from(`{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)},"token":"t"}`);
    const [span] = spansOf(deep, ['token']);
    expect(deep.toString('utf8', span?.start, span?.end)).toBe('"t"');
  });
});

describe('masking', () => {
  it('of a body leaves every other byte as it was', () => {
    const body = '{ "token": {"deep": ["x"]}, "a/b": [0, {"secret":"s", "n":1.50}], "é":"é" }';
    expect(maskBody(Buffer.from(body), source, json).toString()).toBe(
      '{ "token": "[redacted]", "a/b": [0, {"secret":"[redacted]", "n":1.50}], "é":"é" }',
    );
    const plain = Buffer.from('{"n":1.50}');
    expect(maskBody(plain, source, json)).toBe(plain);
  });
  it('of a body finds them behind a byte order mark, and every time that a name is repeated', () => {
    expect(maskBody(Buffer.from('\ufeff{"token":"s","token":"t","\\u0074oken":"u"}'), source, json).toString()).toBe(
      '\ufeff{"token":"[redacted]","token":"[redacted]","\\u0074oken":"[redacted]"}',
    );
  });
  it('of a form finds them among its fields, however they are written, and leaves every other byte', () => {
    const text = 'a=%7e+x&token=s3cret&t%6Fken=s3cret&token&tokens=1&b=1';
    expect(maskBody(Buffer.from(text), source, form).toString()).toBe(
      'a=%7e+x&token=%5Bredacted%5D&t%6Fken=%5Bredacted%5D&token=%5Bredacted%5D&tokens=1&b=1',
    );
    expect(maskBody(Buffer.from('\ufefftoken=s3cret&a=1'), source, form).toString()).toBe(
      '\ufefftoken=%5Bredacted%5D&a=1',
    );
    const plain = Buffer.from('a=%7e+x&payload=%7B%22a%22%3A1%7D');
    expect(maskBody(plain, source, form)).toBe(plain);
  });
  it('of a form finds them inside of the JSON in its field', () => {
    const inner = '{ "token": "s3cret", "text": "token & = + é", "a/b": [0, {"secret":"s3cret"}] }';
    const text = `x=1&payload=${encodeURIComponent(inner).replaceAll('%20', '+')}&token=s3cret`;
    const masked = maskBody(Buffer.from(text), source, form).toString();
    expect(masked).not.toContain('s3cret');
    expect(new URLSearchParams(masked).get('payload')).toBe(inner.replaceAll('"s3cret"', '"[redacted]"'));
  });
  it('of a form whose field comes again and holds no JSON cuts that out, and throws nothing', () => {
    const text = 'payload=%7B%22a%22%3A1%7D&payload=%7B%22token%22%3A%22s3cret&payload=';
    expect(maskBody(Buffer.from(text), source, form).toString()).toBe(
      'payload=%7B%22a%22%3A1%7D&payload=%5Bredacted%5D&payload=%5Bredacted%5D',
    );
  });
  it('of any form leaves no credential that a parser would find', () => {
    const name = fc.constantFrom('token', 'payload', 'other', '\ufefftoken', '?token', 'to+ken', '');
    const value = fc.oneof(
      fc.string(),
      fc.constant('s3cret'),
      fc.constantFrom('{"token":"s3cret"}', '{"', '{', '[1', '{"a":1}'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.constantFrom('', '\ufeff'), (pairs, mark) => {
        const text = `${mark}${new URLSearchParams(pairs).toString()}`;
        const masked = maskBody(Buffer.from(text), source, form);
        const bare = { kind: 'form' } as const;
        for (const type of [bare, form]) {
          let document: unknown;
          try {
            document = masked.length === 0 ? null : parseDocument(masked, type);
          } catch {
            continue; // what the parser refuses is not kept
          }
          const { token } = (document ?? {}) as { token?: unknown };
          for (const found of [token].flat()) expect(['[redacted]', undefined]).toContain(found);
        }
      }),
      { numRuns: 500 },
    );
  });
  it('of headers keeps names, order and repetitions', () => {
    const headers = [
      { name: 'X-A', value: '1' },
      { name: 'Authorization', value: 'Bearer s' },
      { name: 'x-a', value: '2' },
      { name: 'X-Secret', value: 's' },
    ];
    expect(maskHeaders(headers, source).map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'X-A: 1',
      'Authorization: [redacted]',
      'x-a: 2',
      'X-Secret: [redacted]',
    ]);
  });
  it('of a query finds its credentials however they are written', () => {
    expect(maskQuery('a=1&sig=s&s%69g=t&b', source)).toBe('a=1&sig=[redacted]&s%69g=[redacted]&b');
  });
});
