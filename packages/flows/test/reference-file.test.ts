import { describe, expect, it } from '@jest/globals';
import { lookupKey, parseReferenceFile } from '../src/reference-file.ts';

const options = { table: 'accounts', loadedAt: 7 };
const keysOf = (file: string | Uint8Array, over = {}): readonly string[] =>
  parseReferenceFile(file, { ...options, ...over }).rows.map(({ key }) => key);
const refusal = (file: string | Uint8Array, over = {}): string => {
  try {
    return `accepted ${keysOf(file, over).join()}`;
  } catch (error) {
    return (error as Error).message;
  }
};
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('a reference file', () => {
  it('has quoted cells, line breaks in them, Windows line ends and empty lines', () => {
    const csv = 'name,domain,note\r\n"Acme, Inc",acme.example,"a ""b""\r\nc"\r\n\r\nBeta,beta.example,\r\n';
    expect(parseReferenceFile(csv, { ...options, keyColumn: 'domain' }).rows).toStrictEqual([
      {
        table: 'accounts',
        key: 'acme.example',
        attributes: { name: 'Acme, Inc', domain: 'acme.example', note: 'a "b"\r\nc' },
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

  it.each([
    ['a file to which another program added lines', 'domain,name\r\na.example,A\nb.example,B\n', {}],
    ['the same the other way round', 'domain,name\na.example,A\r\nb.example,B\r\n', {}],
    ['one column', 'domain\r\na.example\nb.example\n', { separator: ',' }],
    ['old Macintosh lines at the end', 'domain;name\r\na.example;A\rb.example;B\r', {}],
  ])('has every line for itself, whatever ends the others: %s', (_, csv, over) => {
    expect(keysOf(csv, over)).toStrictEqual(['a.example', 'b.example']);
  });

  it('names the line of a problem also after cells of several lines, and where lines end differently', () => {
    expect(refusal('a,b\r\n"x\r\ny\r\nz",1\r\n2\r\n')).toContain('line 5 has 1 column, the header 2');
    expect(refusal('a,b\r\n1,2\n3\r\n')).toContain('line 3 has 1 column, the header 2');
    expect(refusal('a,b\n1,2\r\n\r\n"x\r\ny",4\n5\n')).toContain('line 6 has 1 column, the header 2');
  });

  it.each([
    ['semicolons', 'domain;name;tier\ncontoso.example;Contoso;enterprise\nweir.example;Weir;free\n', ';'],
    ['tabs', 'domain\tname\na.example\tA\n', '\t'],
    ['pipes', 'domain|name\na.example|A\n', '|'],
    ['commas, with semicolons in the cells', 'domain,note\na.example,x;y\nb.example,z\n', ','],
    ['semicolons, with commas in quoted cells', 'domain;note\na.example;"x, y"\n', ';'],
    ['semicolons, with commas in cells that are not quoted', 'domain;revenue\na.example;1,5\n', ';'],
    ['what the first line of Excel says', 'sep=;\r\ndomain;name\r\na.example;A\r\n', ';'],
    ['what the first line of Excel says, where it is in doubt', 'sep=|\ndomain|a,b\nx|1,2\n', '|'],
    [
      'what the first line of Excel says, filled up with empty cells',
      'sep=;;;\ndomain;name;tier\na.example;A;free\n',
      ';',
    ],
  ])('is cut at %s', (_, csv, separator) => {
    const { rows, separator: found } = parseReferenceFile(csv, options);
    expect(found).toBe(separator);
    expect(Object.keys(rows[0]?.attributes ?? {}).length).toBeGreaterThan(1);
  });

  it.each([
    [';', 'a;b\n1;2'],
    ['semicolon', 'a;b\n1;2'],
    ['tab', 'a\tb\n1\t2'],
    ['\\t', 'a\tb\n1\t2'],
    ['^', 'a^b\n1^2'],
  ])('is cut at what is said: %s', (separator, csv) => {
    expect(parseReferenceFile(csv, { ...options, separator }).rows[0]?.attributes).toStrictEqual({ a: '1', b: '2' });
  });

  it.each([
    [
      'a single column',
      'domain\na.example\n',
      {},
      "has one column: pass the --separator of its columns, or --separator ','",
    ],
    ['another separator', 'a:b\n1:2\n', {}, "it looks like it is separated by ':': pass --separator ':'"],
    ['commas said of semicolons', 'a;b\n1;2\n', { separator: ',' }, "separated by semicolons: pass --separator ';'"],
    [
      'two that fit',
      'a,b;c\n1,2;3\n',
      {},
      'may be separated by commas (2 columns) or semicolons (2 columns): say which',
    ],
    [
      'a separator of two characters',
      'a;;b\n1;;2\n',
      { separator: ';;' },
      'is to be cut by --separator at one character',
    ],
  ])('is never cut in the wrong place: %s', (_, csv, over, says) => {
    expect(refusal(csv, over)).toContain(says);
  });

  it('may have a single column when that is said', () => {
    expect(keysOf('domain\na.example\n', { separator: ',' })).toEqual(['a.example']);
  });

  it.each([
    ['UTF-8', Buffer.from('k,n\n1,é€\n'), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeffk,n\n1,é€\n'), 'utf-8'],
    ['UTF-16 LE with a byte order mark', utf16('\ufeffk,n\n1,é€\n'), 'utf-16le'],
    ['UTF-16 BE with a byte order mark', utf16('\ufeffk,n\n1,é€\n').swap16(), 'utf-16be'],
  ])('is read in %s', (_, file, encoding) => {
    const read = parseReferenceFile(file, options);
    expect([read.rows[0]?.attributes, read.encoding]).toEqual([{ k: '1', n: 'é€' }, encoding]);
  });

  it('is read in the encoding that is said', () => {
    const windows = Buffer.from([0x6b, 0x2c, 0x6e, 0x0a, 0x31, 0x2c, 0xe9, 0x80, 0x0a]);
    expect(parseReferenceFile(windows, { ...options, encoding: 'windows-1252' }).rows[0]?.attributes['n']).toBe('é€');
    expect(parseReferenceFile(utf16('k,n\n1,é\n'), { ...options, encoding: 'utf-16le' }).rows[0]?.key).toBe('1');
  });

  it.each([
    [
      'Windows-1252',
      Buffer.from('k,n\n1,a\n2,\xe9\n', 'latin1'),
      {},
      'is not UTF-8 (line 3); it looks like Windows-1252',
    ],
    [
      'UTF-16 without a mark',
      utf16('k,n\n1,a\n'),
      {},
      'looks like UTF-16 without its byte order mark: pass --encoding utf-16le',
    ],
    ['UTF-16 BE without a mark', utf16('k,n\n1,a\n').swap16(), {}, 'pass --encoding utf-16be'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x6b, 0, 0, 0]), {}, 'is text in UTF-32'],
    ['a workbook', Buffer.from('PK\x03\x04rest', 'latin1'), {}, 'is an Excel workbook'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), {}, 'is compressed (gzip)'],
    ['an encoding that is none', Buffer.from('k,n\n1,a\n'), { encoding: 'klingon' }, 'no encoding known here'],
    [
      'another mark than said',
      Buffer.from('\ufeffk,n\n1,a'),
      { encoding: 'utf-16le' },
      'byte order mark of utf-8, not of utf-16le',
    ],
  ])('is refused by name when it is %s', (_, file, over, says) => {
    expect(refusal(file, over)).toContain(says);
  });

  it('is refused as a whole, with every problem and the line where its record begins', () => {
    const csv = 'domain,name\na.example,"A\nof two lines"\n,B\nA.Example ,C\nb.example,D,E\nc.example\n';
    expect(refusal(csv)).toBe(
      'the file line 4 has no domain; line 5 has the domain of line 2; line 6 has 3 columns, the header 2; line 7 has 1 column, the header 2',
    );
  });

  it.each([
    ['', 'is empty'],
    ['\n\n', 'is empty'],
    ['a,a\n1,2', 'has two columns a'],
    ['a,,b\n1,2,3', 'has a column without a name: the 2. of 3'],
    ['a,b\n', 'has a header and no rows'],
    ['a,b\n"1,secret', 'is not CSV: a quoted field is never closed'],
    ['a,b\n"1"x,secret', 'is not CSV: something other than a separator follows a closing quote (line 2)'],
    ['a,b\n1,x"secret"', 'is not CSV: a quote stands inside a field that is not quoted (line 2)'],
    ['a,b\n1,se\0cret', 'line 2 has a NUL character in it'],
    ['a,se\0cret\n1,2', 'has a NUL character in the name of a column'],
    [`a,b\n1,${'x'.repeat(1_000_000)}`, 'line 2 is larger than 256 KB'],
  ])('says of %j what is wrong, and nothing of the data', (csv, says) => {
    const told = refusal(csv);
    expect(told).toContain(says);
    expect(told).not.toContain('secret');
  });

  it('names the columns there are when the key column is not among them', () => {
    expect(refusal('a;b\n1;2', { keyColumn: 'c' })).toContain("has no column c; it has a, b (cut at ';')");
  });

  it('has the keys that lookups use: case, space around them and the form of accents do not count', () => {
    expect(keysOf('domain,n\n Contoso.Example ,1\nCafe\u0301.example,2\n')).toEqual([
      'contoso.example',
      'café.example',
    ]);
    expect(lookupKey(' CONTOSO.example\u00a0')).toBe('contoso.example');
    // `J̌` is one letter in lower case alone.
    expect(lookupKey('J\u030c')).toBe('\u01f0');
    for (let point = 0; point <= 0x1_ffff; point += 1) {
      const key = lookupKey(`a${String.fromCodePoint(point)}\u030c\u0307b`);
      if (lookupKey(key) !== key) expect([point.toString(16), key]).toEqual([point.toString(16), lookupKey(key)]);
    }
    expect(refusal('domain,n\ncontoso.example,1\nContoso.Example,2\n')).toContain('line 3 has the domain of line 2');
  });
});
