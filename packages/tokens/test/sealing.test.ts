import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@millrace/service';
import { createSeals } from '../src/sealing.ts';
import { tokenSettings } from '../src/token-settings.ts';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const of = { connection: 'zendesk-eu', version: 3 };
const text = '{"accessToken":"secret-text"}';

describe('a sealed token', () => {
  it('opens with its key, wherever that stands in the list', () => {
    const sealed = createSeals(`old:${key(1)}`).seal(text, of);
    expect(sealed.keyId).toBe('old');
    expect(createSeals(`new:${key(2)},old:${key(1)}`).open(sealed, of)).toBe(text);
    expect(createSeals(`new:${key(2)},old:${key(1)}`).seal(text, of).keyId).toBe('new');
  });

  it('is another each time, and shows nothing of what it holds', () => {
    const seals = createSeals(`a:${key(1)}`);
    const [one, other] = [seals.seal(text, of), seals.seal(text, of)];
    expect(one.bytes.equals(other.bytes)).toBe(false);
    expect(one.bytes.toString('latin1')).not.toContain('secret');
  });

  it.each([
    ['another connection', { ...of, connection: 'zendesk-us' }],
    ['another version', { ...of, version: 2 }],
  ])('does not open for %s', (_, other) => {
    const seals = createSeals(`a:${key(1)}`);
    const failed = () => seals.open(seals.seal(text, of), other);
    expect(failed).toThrow(expect.objectContaining({ code: 'X_TOKEN_SEAL_BROKEN', disposition: { kind: 'halt' } }));
  });

  it('does not open when a single bit of it was changed, or a part is missing', () => {
    const seals = createSeals(`a:${key(1)}`);
    const { keyId, bytes } = seals.seal(text, of);
    const broken = expect.objectContaining({ code: 'X_TOKEN_SEAL_BROKEN' });
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => seals.open({ keyId, bytes: changed }, of)).toThrow(broken);
      expect(() => seals.open({ keyId, bytes: bytes.subarray(0, at) }, of)).toThrow(broken);
    }
  });

  it('does not open with another key of the same id, nor without its key', () => {
    const sealed = createSeals(`a:${key(1)}`).seal(text, of);
    const opened = (keys: string) => () => createSeals(keys).open(sealed, of);
    expect(opened(`a:${key(2)}`)).toThrow(expect.objectContaining({ code: 'X_TOKEN_SEAL_BROKEN' }));
    expect(opened(`b:${key(1)}`)).toThrow(expect.objectContaining({ code: 'X_TOKEN_KEY_MISSING' }));
  });
});

describe('a list of keys', () => {
  it.each([
    '',
    'a',
    `a:${key(1)},`,
    `:${key(1)}`,
    `a b:${key(1)}`,
    `a:${key(1)},a:${key(2)}`,
    `a:${Buffer.alloc(31, 1).toString('base64')}`,
    `a:${Buffer.alloc(33, 1).toString('base64')}`,
    `a:${key(1).slice(0, -1)}`,
    `a:${'!'.repeat(44)}`,
  ])('is refused as %j, and quotes no key', (keys) => {
    const refused = expect.objectContaining({
      code: 'X_TOKEN_KEYS_INVALID',
      message: expect.not.stringContaining('AQEB'),
    });
    expect(() => createSeals(keys)).toThrow(refused);
  });

  it('is checked with all other settings, before anything opens', () => {
    const load = (keys: string) => loadSettings(tokenSettings, { MILLRACE_TOKEN_KEYS: keys });
    expect(() => load('a:c2hvcnQ=')).toThrow(/MILLRACE_TOKEN_KEYS: .*entry 1 is not 32 bytes/);
    expect(load(`a:${key(1)}`)).toEqual({ tokenKeys: `a:${key(1)}` });
    expect(load('')).toEqual({ tokenKeys: undefined });
  });
});
