import { describe, expect, it } from '@jest/globals';
import { defineSource, type Source } from '@millrace/connectors';
import { sources } from '@millrace/connectors/sources';
import fc from 'fast-check';
import { spansOf } from '../src/json-span.ts';
import { maskBody, maskHeaders, maskQuery } from '../src/mask.ts';

const githubSource = (): Source => {
  const { github } = sources;
  if (github === undefined) throw new Error('there is a github source');
  return github;
};
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
    expect(maskBody(Buffer.from(body), source).toString()).toBe(
      '{ "token": "[redacted]", "a/b": [0, {"secret":"[redacted]", "n":1.50}], "é":"é" }',
    );
    const plain = Buffer.from('{"n":1.50}');
    expect(maskBody(plain, source)).toBe(plain);
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
