import { describe, expect, it } from '@jest/globals';
import { fieldsOf } from '../../src/kit/document-fields.ts';

describe('an instant of a payload', () => {
  it('is read in any unit and form', () => {
    const fields = fieldsOf({ s: 1_795_161_600, ms: 1_795_161_600_000, iso: '2026-11-20T09:00:00.000000001+01:00' });
    expect(['/s', '/ms', '/iso', '/none'].map((pointer) => fields.instant(pointer))).toEqual([
      1_795_161_600_000,
      1_795_161_600_000,
      1_795_161_600_000,
      null,
    ]);
  });
  it('that is no time is null, with a note of what was stated that carries no more than its beginning', () => {
    const long = `\u001b[2Jtomorrow\0 \ud83d ${'x'.repeat(1_000_000)}`;
    const fields = fieldsOf({ a: 1e30, b: long, c: { d: 'secret' }, e: [1], f: true, g: null, h: '', i: '2026-11-20' });
    const names = ['a', 'b', 'c', 'e', 'f', 'g', 'h', 'i', 'j'];
    expect(names.map((name) => fields.instant(`/${name}`)).filter((at) => at !== null)).toHaveLength(1);
    const notes = fields.invalidInstants(Object.fromEntries(names.map((name) => [name, `/${name}`])));
    expect(notes).toEqual({
      'invalid.a': '1e+30',
      'invalid.b': expect.stringMatching(/^\ufffd\[2Jtomorrow\ufffd \ufffd x+…$/),
      'invalid.c': 'a value of type object',
      'invalid.e': 'a value of type array',
      'invalid.f': 'a value of type boolean',
    });
    expect(notes['invalid.b']?.length).toBeLessThanOrEqual(40);
  });
});

describe('a text of a payload', () => {
  it('is one that every table holds, and an id stays apart from every other', () => {
    const fields = fieldsOf({
      text: 'a\0b \ud83d',
      words: ['a\0', '', 7],
      spaced: 'a\0 b',
      nul: 'k\0',
      half: 'k\ud83d',
      n: 7,
    });
    expect(fields.text('/text')).toBe('a\uFFFDb \uFFFD');
    expect(fields.words('/words')).toEqual(['a\uFFFD']);
    expect(fields.words('/spaced')).toEqual(['a\uFFFD', 'b']);
    expect(new Set([fields.id('/nul'), fields.id('/half'), fields.text('/nul')]).size).toBe(3);
    expect([fields.id('/n'), fields.id('/words')]).toEqual(['7', null]);
  });
});
