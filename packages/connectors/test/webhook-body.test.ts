import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import fc from 'fast-check';
import { bodyTypeOf, parseDocument, unpackBody } from '../src/webhook-body.ts';

const json = { kind: 'json' } as const;
const form = { kind: 'form', field: 'payload' } as const;
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('unpackBody', () => {
  it('gives back what was compressed, whichever way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (array) => {
        const bytes = Buffer.from(array);
        expect(unpackBody(gzipSync(bytes), 'gzip', 1000)).toEqual(bytes);
        expect(unpackBody(deflateSync(bytes), 'Deflate', 1000)).toEqual(bytes);
        expect(unpackBody(brotliCompressSync(bytes), 'br', 1000)).toEqual(bytes);
        expect(unpackBody(bytes, undefined, 1000)).toBe(bytes);
        expect(unpackBody(bytes, 'identity', 1000)).toBe(bytes);
      }),
    );
  });
  it('stops a bomb at the limit', () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(60_000);
    expect(code(() => unpackBody(bomb, 'gzip', 1_000_000))).toBe('X_BODY_TOO_LARGE');
  });
  it('refuses damaged bytes and encodings it does not know, however they are named', () => {
    expect(code(() => unpackBody(Buffer.from('no gzip'), 'gzip', 1000))).toBe('X_BODY_NOT_DECODABLE');
    expect(code(() => unpackBody(gzipSync('cut').subarray(0, 10), 'gzip', 1000))).toBe('X_BODY_NOT_DECODABLE');
    for (const encoding of ['zstd', 'gzip, gzip', 'constructor', '__proto__'])
      expect(code(() => unpackBody(Buffer.from('x'), encoding, 1000))).toBe('X_BODY_ENCODING_UNKNOWN');
  });
});

describe('parseDocument', () => {
  it('tells an empty body, bad UTF-8 and bad JSON apart', () => {
    expect(code(() => parseDocument(Buffer.alloc(0), json))).toBe('X_BODY_EMPTY');
    expect(code(() => parseDocument(Buffer.from([0x22, 0xc3, 0x28, 0x22]), json))).toBe('X_BODY_NOT_UTF8');
    expect(code(() => parseDocument(Buffer.from('{"a":'), json))).toBe('X_BODY_NOT_JSON');
    expect(code(() => parseDocument(Buffer.from('a=1'), form))).toBe('X_BODY_FORM_FIELD_MISSING');
  });
  it('never quotes the body in its message', () => {
    try {
      parseDocument(Buffer.from('{"card": 4111111111111111 oops'), json);
    } catch (error) {
      expect(String(error)).not.toContain('4111');
    }
  });
  it('reads the JSON in a form field', () => {
    expect(parseDocument(Buffer.from(new URLSearchParams({ payload: '{"ä":"+ &"}' }).toString()), form)).toEqual({
      ä: '+ &',
    });
  });
});

describe('bodyTypeOf', () => {
  it('knows JSON with parameters and suffixes, and nothing that only looks like it', () => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.acme.v1+json'])
      expect(bodyTypeOf(type, [json])).toBe(json);
    for (const type of [
      undefined,
      '',
      'text/plain',
      'text/json',
      'application/jsonp',
      'application/x-www-form-urlencoded',
    ])
      expect(bodyTypeOf(type, [json])).toBeUndefined();
    expect(bodyTypeOf('application/x-www-form-urlencoded', [json, form])).toBe(form);
  });
});
