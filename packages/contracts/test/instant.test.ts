import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { topics } from '../src/generated/index.ts';
import { instantOf, isoInstantOf, latestEpochMs, readInstant } from '../src/instant.ts';
import { readInstantFields } from '../src/instant-fields.ts';

const at = Date.parse('2026-11-20T08:00:00.123Z');

describe('readInstant', () => {
  it('tells seconds, milliseconds, microseconds and nanoseconds apart by range, as numbers and as texts', () => {
    const seconds = Math.floor(at / 1000);
    for (const [stated, millis] of [
      [seconds, seconds * 1000],
      [at / 1000, at],
      [at, at],
      [at * 1000 + 999, at],
      [at * 1_000_000, at],
      [1e11 - 1, (1e11 - 1) * 1000],
      [1e11, 1e11],
      [1e14, 1e11],
      [1e17, 1e11],
    ] as const) {
      expect([stated, instantOf(stated)]).toEqual([stated, millis]);
      expect([stated, instantOf(String(stated))]).toEqual([stated, millis]);
    }
    expect(instantOf(0)).toBe(0);
    expect(instantOf('1795161600123456789')).toBe(1_795_161_600_123);
    expect(instantOf(' 1795161600.9999 ')).toBe(1_795_161_600_999);
  });
  it('reads every instant of the four units back to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e11, max: 4e12 }), fc.integer({ min: 0, max: 999_999 }), (millis, nanos) => {
        expect(instantOf(millis)).toBe(millis);
        expect(instantOf(millis / 1000)).toBe(millis);
        expect(instantOf(millis * 1000 + Math.floor(nanos / 1000))).toBe(millis);
        expect(instantOf(`${millis}${String(nanos).padStart(6, '0')}`)).toBe(millis);
        const iso = new Date(millis).toISOString();
        expect(instantOf(iso)).toBe(millis);
        expect(instantOf(`${iso.slice(0, -1)}${String(nanos).padStart(6, '0')}Z`)).toBe(millis);
      }),
    );
  });
  it('reads ISO 8601 with any fraction, offset and letter case', () => {
    for (const text of [
      '2026-11-20T08:00:00.123Z',
      '2026-11-20t08:00:00.123z',
      '2026-11-20T08:00:00.123000001Z',
      '2026-11-20T08:00:00.123999999999Z',
      '2026-11-20T08:00:00,123Z',
      '2026-11-20T09:00:00.123+01:00',
      '2026-11-20T03:30:00.123-0430',
      '2026-11-20T10:00:00.123+02',
      '2026-11-20 08:00:00.123 UTC',
      '2026-11-20 08:00:00.123+00',
      '2026-11-20T08:00:00.123',
      '20261120T080000.123Z',
      '+002026-11-20T08:00:00.123Z',
    ])
      expect([text, instantOf(text)]).toEqual([text, at]);
    expect(instantOf('2026-11-20T08:00:00.1Z')).toBe(at - 23);
    expect(instantOf('2026-11-20T08:00Z')).toBe(at - 123);
  });
  it('reads a date alone as its first moment, 24:00 and a leap second as the first of the next day', () => {
    const midnight = Date.UTC(2027, 0, 1);
    for (const text of [
      '2027-01-01',
      '20270101',
      '2026-12-31T24:00',
      '2026-12-31T24:00:00.000Z',
      '2026-12-31T23:59:60Z',
      '2027-01-01T05:29:60+05:30',
    ])
      expect([text, instantOf(text)]).toEqual([text, midnight]);
    expect(instantOf('2026-12-31T23:59:60.5Z')).toBe(midnight + 500);
  });
  it('calls impossible what is no time, and what is before 1970 or after 9999', () => {
    for (const stated of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      1e20,
      1e308,
      '-1',
      '1e12',
      '123456789012345678901',
      'yesterday',
      '0',
      '2026',
      '202611',
      '20261320',
      '2026-11',
      '2026-13-01',
      '2026-02-29',
      '2026-11-31T00:00:00Z',
      '2026-11-20T25:00:00Z',
      '2026-11-20T24:00:01Z',
      '2026-11-20T08:60:00Z',
      '2026-11-20T12:00:60Z',
      '2026-11-20T08:00:00+24:00',
      '2026-11-20T08:00:00.Z',
      'Fri, 20 Nov 2026 08:00:00 GMT',
      '0000-00-00',
      '0000-00-00T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '1969-12-31T23:59:59.999Z',
      '+010000-01-01T00:00:00Z',
      '+275760-09-13T00:00:00.000Z',
      '-271821-04-20T00:00:00Z',
      `2026-11-20T08:00:00.${'1'.repeat(100)}Z`,
      true,
      {},
      [],
      12n,
    ])
      expect([stated, readInstant(stated)]).toEqual([stated, { kind: 'impossible' }]);
    expect(instantOf('9999-12-31T23:59:59.999Z')).toBe(latestEpochMs);
    expect(instantOf('1970-01-01T00:00:00Z')).toBe(0);
  });
  it('calls absent what states nothing', () => {
    for (const stated of [null, undefined, '', '  ']) expect(readInstant(stated)).toEqual({ kind: 'absent' });
  });
  it('gives only what a Date can hold, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.string(), fc.bigInt().map(String), fc.anything()), (stated) => {
        const read = readInstant(stated);
        if (read.kind !== 'instant') return;
        expect(Number.isSafeInteger(read.epochMs)).toBe(true);
        expect(new Date(read.epochMs).toISOString()).toMatch(/^\d{4}-/);
      }),
    );
  });
});

describe('isoInstantOf', () => {
  it('reads no number: a field that is declared to be ISO 8601 has none', () => {
    expect(isoInstantOf('2026-11-20T08:00:00.123456789Z')).toBe(at);
    expect(isoInstantOf('1795161600')).toBeNull();
    expect(isoInstantOf('')).toBeNull();
  });
});

describe('readInstantFields', () => {
  const { schema } = topics.ticketsReceived;
  const record = topics.ticketsReceived;
  it('reads the instants that the schema declares, at every depth, and nothing else', () => {
    const entity = {
      id: '1',
      updatedAt: '2026-11-20T08:00:00.123456789Z',
      createdAt: 1_795_161_600,
      subject: '1795161600',
    };
    expect(schema).toBeDefined();
    expect(readInstantFields(record, { receivedAt: '1795161600', entity })).toEqual({
      value: {
        receivedAt: 1_795_161_600_000,
        entity: { id: '1', updatedAt: at, createdAt: 1_795_161_600_000, subject: '1795161600' },
      },
      violations: [],
    });
  });
  it('names each impossible one by its pointer and never repeats it', () => {
    const { value, violations } = readInstantFields(record, { entity: { updatedAt: 1e30, createdAt: 'soon' } });
    expect(value).toEqual({ entity: { updatedAt: null, createdAt: null } });
    expect(violations.map(({ pointer }) => pointer)).toEqual(['/entity/createdAt', '/entity/updatedAt']);
    expect(JSON.stringify(violations)).not.toContain('soon');
  });
  it('leaves alone what is no record, and what states nothing', () => {
    for (const value of [null, 7, 'x', [], {}, { entity: null }, { entity: { updatedAt: null } }])
      expect(readInstantFields(record, value).value).toBe(value);
  });
});
