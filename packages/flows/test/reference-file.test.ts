import { describe, expect, it } from '@jest/globals';
import { parseReferenceFile } from '../src/reference-file.ts';

const options = { table: 'accounts', loadedAt: 7 };

describe('parseReferenceFile', () => {
  it('reads quoted cells, a byte order mark and Windows line ends', () => {
    expect(
      parseReferenceFile('\ufeffdomain,name\r\nacme.com,"Acme, ""Inc"""\r\n\r\nb.com,\r\n', options),
    ).toStrictEqual([
      { table: 'accounts', key: 'acme.com', attributes: { domain: 'acme.com', name: 'Acme, "Inc"' }, loadedAt: 7 },
      { table: 'accounts', key: 'b.com', attributes: { domain: 'b.com', name: '' }, loadedAt: 7 },
    ]);
  });

  it('takes its key from the column that is asked for', () => {
    expect(parseReferenceFile('name,domain\nAcme,acme.com', { ...options, keyColumn: 'domain' })[0]?.key).toBe(
      'acme.com',
    );
    expect(() => parseReferenceFile('name\nAcme', { ...options, keyColumn: 'domain' })).toThrow(
      'has no column domain; it has name',
    );
  });

  it('names every bad line at once and none of its data', () => {
    expect(() => parseReferenceFile('k,a\n1,x\n,y\n1,z\n2,x,secret\n', options)).toThrow(
      'line 3 has no k; line 4 has the same k as line 2; line 5 has 3 columns, the header has 2',
    );
    expect(() => parseReferenceFile('', options)).toThrow('is empty');
    expect(() => parseReferenceFile('a,a\n1,2', options)).toThrow('two columns called a');
    expect(() => parseReferenceFile('k,a\n"1,secret', options)).toThrow(/^(?!.*secret).*not CSV: CSV_/);
  });
});
