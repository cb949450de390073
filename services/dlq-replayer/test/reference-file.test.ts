import { describe, expect, it } from '@jest/globals';
import { parseReferenceFile } from '../src/reference-file.ts';

const options = { table: 'accounts', loadedAt: 7 };

describe('parseReferenceFile', () => {
  it('reads quoted cells, a byte order mark and the key column asked for', () => {
    const csv = '\uFEFFname,domain,note\r\n"Acme, Inc",acme.example,"a ""b"""\r\n\r\nBeta,beta.example,\r\n';
    expect(parseReferenceFile(csv, { ...options, keyColumn: 'domain' })).toEqual([
      {
        table: 'accounts',
        key: 'acme.example',
        attributes: { name: 'Acme, Inc', domain: 'acme.example', note: 'a "b"' },
        loadedAt: 7,
      },
      {
        table: 'accounts',
        key: 'beta.example',
        attributes: { name: 'Beta', domain: 'beta.example', note: '' },
        loadedAt: 7,
      },
    ]);
  });

  it('refuses a file as a whole, with every problem and its line', () => {
    const csv = 'domain,name\na.example,A\n,B\na.example,C\nb.example,D,E\n';
    expect(() => parseReferenceFile(csv, options)).toThrow(
      'the file line 3 has no domain; line 4 has the domain of line 2; line 5 has 3 columns, the header 2',
    );
  });

  for (const [csv, says] of [
    ['', 'is empty'],
    ['a,a\n1,2', 'has two columns a'],
    ['a,\n1,2', 'has a column without a name'],
    ['a,b\n"1,2', 'is not CSV'],
  ] as const) {
    it(`says of ${JSON.stringify(csv)} that it ${says}`, () => {
      expect(() => parseReferenceFile(csv, options)).toThrow(says);
    });
  }

  it('names the columns there are when the key column is not among them', () => {
    expect(() => parseReferenceFile('a,b\n1,2', { ...options, keyColumn: 'c' })).toThrow(
      'has no column c; it has a, b',
    );
  });
});
