import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import { bodyTypeOf, documentOf, isJsonType, mediaTypesOf, parseDocument } from '../../src/kit/webhook-body.ts';

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
  it('reads past a byte order mark, which is no part of JSON', () => {
    expect(parseDocument(Buffer.from('\ufeff{"a":1}'), json)).toEqual({ a: 1 });
    expect(parseDocument(Buffer.from('payload=%EF%BB%BF%7B%22a%22%3A1%7D'), form)).toEqual({ a: 1 });
  });
  it('reads the fields of a form whose definition says so, each as it was sent', () => {
    const bare = { kind: 'form', field: 'payload', bare: true } as const;
    const text = 'command=%2Fticket&text=fire+%F0%9F%94%A5&a=1&a=2&empty=&__proto__=x';
    const document = parseDocument(Buffer.from(text), bare) as Record<string, unknown>;
    expect(Object.entries(document)).toEqual([
      ['command', '/ticket'],
      ['text', 'fire 🔥'],
      ['a', ['1', '2']],
      ['empty', ''],
      ['__proto__', 'x'],
    ]);
    expect(parseDocument(Buffer.from('x=1&payload=%7B%22a%22%3A1%7D'), bare)).toEqual({ a: 1 });
    expect(parseDocument(Buffer.from('a=1'), { kind: 'form' })).toEqual({ a: '1' });
    expect(code(() => parseDocument(Buffer.from('payload=x'), bare))).toBe('X_BODY_NOT_JSON');
  });
  it('refuses a form of more fields than any vendor sends, before it reads one of them', () => {
    const many = (count: number): Buffer => Buffer.from(Array.from({ length: count }, (_, at) => `a${at}=1`).join('&'));
    const bare = { kind: 'form' } as const;
    expect(Object.keys(parseDocument(many(10_000), bare) as object)).toHaveLength(10_000);
    expect(code(() => parseDocument(many(10_001), bare))).toBe('X_BODY_TOO_LARGE');
    expect(code(() => parseDocument(Buffer.alloc(20_000_000, '&'), form))).toBe('X_BODY_TOO_LARGE');
  });
  it('reads the JSON in a form field', () => {
    expect(parseDocument(Buffer.from(new URLSearchParams({ payload: '{"ä":"+ &"}' }).toString()), form)).toEqual({
      ä: '+ &',
    });
  });
});

describe('bodyTypeOf', () => {
  it('knows JSON with any parameters and suffixes, and nothing that only looks like it', () => {
    for (const type of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'application/json; charset="UTF-8"',
      'application/json;charset=nonsense',
      'application/json; charset=utf-8; foo',
      'application/vnd.acme.v1+json',
      'application/vnd.a+b+json',
    ]) {
      expect([type, bodyTypeOf(type, [json])]).toEqual([type, json]);
      expect([type, isJsonType(type)]).toEqual([type, true]);
    }
    for (const type of ['text/html', 'text/xml', 'application/xml', 'application/jsonp', 'multipart/form-data', '*/*'])
      expect([type, bodyTypeOf(type, [json, form])]).toEqual([type, undefined]);
    for (const type of ['text/plain', 'text/json', '', undefined]) expect(isJsonType(type)).toBe(false);
  });
  it('takes a label that says nothing, or none, for what the source sends', () => {
    for (const type of ['text/plain', 'text/plain; charset=us-ascii', 'text/json', undefined, '', ' ;'])
      expect([type, bodyTypeOf(type, [json, form])]).toEqual([type, json]);
    expect(bodyTypeOf(undefined, [form])).toBe(form);
    expect(bodyTypeOf('text/plain', [form])).toBeUndefined();
  });
  it('knows a form where the source takes one', () => {
    expect(bodyTypeOf('application/x-www-form-urlencoded; charset=utf-8', [json, form])).toBe(form);
    expect(bodyTypeOf('application/x-www-form-urlencoded', [json])).toBeUndefined();
    expect(mediaTypesOf([json, form])).toEqual(['application/json', 'application/x-www-form-urlencoded']);
  });
});

describe('documentOf', () => {
  const raw = (headers: readonly (readonly [string, string])[], body: Buffer) => ({
    body,
    headers: headers.map(([name, value]) => ({ name, value })),
  });
  const taken = { types: [json, form], maxBytes: 1000 };
  it('reads what the door read, however the content-encoding is written and over how many lines', () => {
    const packed = gzipSync('{"a":1}');
    for (const lines of [['gzip'], ['identity', 'gzip'], ['UTF-8', 'X-GZIP'], ['utf-8, gzip']])
      expect(
        documentOf(
          raw(
            lines.map((line) => ['Content-Encoding', line] as const),
            packed,
          ),
          taken,
        ),
      ).toEqual({ a: 1 });
    expect(documentOf(raw([['content-encoding', 'UTF-8']], Buffer.from('{"a":1}')), taken)).toEqual({ a: 1 });
  });
});
