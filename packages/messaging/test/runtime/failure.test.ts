import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { errorClassOf, failureOf, fingerprintOf } from '../../src/runtime/failure.ts';
import { redactMessage } from '../../src/runtime/redact.ts';

describe('failureOf', () => {
  it('is total: whatever is thrown becomes a failure', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom('decode', 'validate', 'handle', 'effect', 'produce'),
        (thrown, step) => {
          const failure = failureOf(thrown, step);
          expect(failure.code).toMatch(/^X_/);
          expect(fingerprintOf(failure)).toMatch(/^[0-9a-f]{16}$/);
          expect(errorClassOf(failure)).toBeTruthy();
        },
      ),
    );
  });

  it.each([
    [new CodedError('X_A', 'm', { disposition: retry(), step: 'effect' }), 'handle', 'effect', 'TRANSIENT_EXHAUSTED'],
    [new CodedError('X_A', 'm', { disposition: deadLetter }), 'handle', 'handle', 'REJECTED'],
    [new CodedError('X_A', 'm', { disposition: deadLetter }), 'decode', 'decode', 'POISON'],
    [new CodedError('X_A', 'm', { disposition: deadLetter, step: 'validate' }), 'handle', 'validate', 'INVALID'],
    [new CodedError('X_MODEL_MALFORMED', 'm', { disposition: deadLetter }), 'handle', 'handle', 'MODEL_OUTPUT'],
    [new TypeError('x is not a function'), 'handle', 'handle', 'BUG'],
    [new RangeError('out of range'), 'decode', 'decode', 'POISON'],
  ] as const)('puts %p at its step and in its class', (error, at, step, errorClass) => {
    const failure = failureOf(error, at);
    expect([failure.step, errorClassOf(failure)]).toEqual([step, errorClass]);
  });

  it('keeps what an unforeseen error quotes out of its message', () => {
    const failure = failureOf(
      new SyntaxError('Unexpected token, "Dear bank, my PIN is"... is not valid JSON'),
      'handle',
    );
    expect(failure.message).not.toContain('PIN');
    expect(failure.stack).not.toContain('PIN');
  });

  it('names the cause`s type', () => {
    const cause = new TypeError('fetch failed');
    expect(failureOf(new CodedError('X_A', 'm', { disposition: retry(), cause }), 'handle').type).toBe('TypeError');
  });
});

describe('fingerprintOf', () => {
  const of = (message: string, code = 'X_A') =>
    fingerprintOf(failureOf(new CodedError(code, message, { disposition: deadLetter }), 'handle'));

  it('is one for one cause, whatever differs per record', () => {
    expect(of('ticket 35436 has no channel "#a"')).toBe(of('ticket 99 has no channel "#b-2"'));
    expect(of('no row for 0198c0de-aaaa-7bbb-8ccc-1234567890ab')).toBe(
      of('no row for 0198c0de-dddd-7bbb-8ccc-1234567890ff'),
    );
  });

  const ofFrame = (frame: string): string => {
    const error = new Error('x');
    error.stack = `Error: x\n    at ${frame}\n    at last (node:internal:1:2)`;
    return fingerprintOf(failureOf(error, 'handle'));
  };

  it('is one for one function and file, wherever the line is', () => {
    const expected = ofFrame('parse (file:///app/src/rows.ts:10:3)');
    expect(ofFrame('parse (file:///srv/src/rows.ts:99:1)')).toBe(expected);
    expect(ofFrame('async parse (C:\\app\\rows.ts:1:1)')).toBe(expected);
    expect(ofFrame('parse (file:///app/src/row.ts:10:3)')).not.toBe(expected);
    expect(ofFrame('file:///app/src/rows.ts:10:3')).not.toBe(expected);
    expect(ofFrame('async file:///app/src/rows.ts:1:1')).toBe(ofFrame('file:///app/src/rows.ts:10:3'));
  });

  it('takes no time over a frame that a stranger wrote into a message', () => {
    expect(ofFrame(' ('.repeat(4_000))).toMatch(/^[0-9a-f]{16}$/);
  });

  it('differs by code and by message', () => {
    expect(of('a', 'X_A')).not.toBe(of('a', 'X_B'));
    expect(of('no channel')).not.toBe(of('no project'));
  });
});

describe('redactMessage', () => {
  it.each([
    'mail jane.doe@example.com failed',
    'card 4111 1111 1111 1111 refused',
    'call +49 (170) 123-4567',
    'iban DE89 3704 0044 0532 0130 00',
    'Authorization: Bearer abc.def-ghi',
    'connect postgres://user:hunter2@db/x',
    'api_key=sk-live-123456 is wrong',
    'jwt eyJhbGciOi.eyJzdWIi.c2ln',
    `blob ${'QUJD'.repeat(20)}`,
  ])('hides what only the record should hold: %s', (message) => {
    const hidden = /jane|4111|4567|3704|abc\.def|hunter2|sk-live|eyJhb|QUJDQUJD/;
    expect(redactMessage(message)).not.toMatch(hidden);
  });

  it('leaves what helps', () => {
    const message = 'channel_not_found: expected an existing channel, got #support; invite the bot (HTTP 404)';
    expect(redactMessage(message)).toBe(message);
  });

  it('never exceeds 1 KiB and never cuts a character in half', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), (message) => {
        expect(Buffer.byteLength(redactMessage(message))).toBeLessThanOrEqual(1_024);
      }),
    );
  });

  it('cuts between graphemes, and holds nothing that no index can', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(redactMessage(`a${`${family} `.repeat(200)}`)).toMatch(new RegExp(`^a(${family} )+…$`));
    expect(redactMessage('a\0b \ud83d')).toBe('a\uFFFDb \uFFFD');
  });

  it('takes a megabyte of adversarial text in no time', () => {
    const began = performance.now();
    for (const unit of ['a.', '1 ', 'x=', 'a@', '+', 'token ']) redactMessage(unit.repeat(500_000));
    expect(performance.now() - began).toBeLessThan(500);
  });
});
