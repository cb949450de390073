import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RequestView, select, valueAtPointer } from '../../src/kit/selector.ts';

const view = (document: unknown, headers: Readonly<Record<string, string>> = {}): RequestView => ({
  document,
  header: (name) => headers[name],
  query: new URLSearchParams('q=1'),
});

describe('select', () => {
  it('reads bodies by RFC 6901, headers, the query and constants', () => {
    const request = view({ 'a/b': [{ '~': 7 }] }, { 'x-id': 'h' });
    expect(select('body:/a~1b/0/~0', request)).toBe('7');
    expect(select('header:x-id', request)).toBe('h');
    expect(select('query:q', request)).toBe('1');
    expect(select('const:c', request)).toBe('c');
  });
  it('takes the first that is there, joins what is there, strips a beginning, and minds a condition', () => {
    const request = view({ a: 'zen:1', b: 'two' });
    expect(select({ anyOf: ['body:/none', 'body:/b'] }, request)).toBe('two');
    expect(select({ join: '.', of: ['body:/b', 'body:/none', 'body:/a'] }, request)).toBe('two.zen:1');
    expect(select({ join: '.', of: ['body:/none', 'body:/a'] }, request)).toBeNull();
    expect(select({ from: 'body:/a', strip: 'zen:' }, request)).toBe('1');
    expect(select({ from: 'body:/b', strip: 'zen:' }, request)).toBe('two');
    expect(select({ given: 'body:/none', select: 'body:/a' }, request)).toBeNull();
    expect(select({ given: 'body:/b', select: 'body:/a' }, request)).toBe('zen:1');
  });
  it('takes no number that JavaScript rounds, because two ids would read as one', () => {
    expect(select('body:/id', view(JSON.parse('{"id": 9007199254740993}')))).toBeNull();
    expect(select('body:/id', view({ id: 1.5 }))).toBeNull();
    expect(select('body:/id', view({ id: '' }))).toBeNull();
    expect(select('body:/id', view({ id: 'x'.repeat(513) }))).toBeNull();
  });
  it('finds nothing that was not sent', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'length'])
      expect(valueAtPointer({}, `/${name}`)).toBeUndefined();
  });
  it('is total', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (document, path) => {
        expect(['string', 'object']).toContain(typeof select(`body:/${path}`, view(document)));
      }),
    );
  });
});
