import { describe, expect, it } from '@jest/globals';
import type { CanonicalEntity, EntityReceived, Issue } from '@millrace/contracts';
import { sequenceOf, statedInstant, statedNumber } from '@millrace/messaging';
import { stampSequence } from '../src/stamp-sequence.ts';
import { anEnvelope, anIssue, aTicket } from './builders.ts';

const updatedAt = { field: 'updatedAt', kind: 'instant' } as const;
const number = { field: 'number', kind: 'number' } as const;
const writtenAt = 1_795_170_000_000;

/** As the log has it: at that offset, written then. */
const stampedAt = (
  offset: number,
  over: Partial<Issue> = {},
  more: Partial<EntityReceived<Issue>> = {},
  timestamp = writtenAt,
  time?: string,
) => {
  const data: EntityReceived<Issue> = { ...anIssue(over), ...more };
  const position = { topic: 'issues.received.v1', partition: 1, offset };
  const said = time === undefined ? {} : { time };
  return (version: Parameters<typeof stampSequence>[1]) =>
    stampSequence(
      anEnvelope<EntityReceived<CanonicalEntity>>(data, { origin: { ...position, timestamp }, ...said }),
      version,
    );
};

describe('the sequence of a business event that states nothing', () => {
  it('is the log`s order, whatever two gateways with clocks apart say', () => {
    const older = stampedAt(7, {}, { receivedAt: writtenAt + 80 }, writtenAt, '2026-11-20T10:20:00.080Z')(updatedAt);
    const newer = stampedAt(8, {}, { receivedAt: writtenAt - 80 }, writtenAt, '2026-11-20T10:19:59.920Z')(updatedAt);
    expect(newer.sequence > older.sequence).toBe(true);
    expect(older).toEqual({ sequence: sequenceOf(writtenAt, 7), note: null });
  });

  it('is the same however often the record is handled, and whenever', () => {
    expect(stampedAt(7)(updatedAt)).toEqual(stampedAt(7)(updatedAt));
  });

  it.each([null, 0])('does not take %p for a statement', (instant) => {
    expect(stampedAt(7, { updatedAt: instant })(updatedAt)).toEqual({ sequence: sequenceOf(writtenAt, 7), note: null });
  });
});

describe('the sequence of a business event', () => {
  it('is what its version field states: the newest stated is the newest, whichever came last', () => {
    const solved = stampedAt(7, { updatedAt: 1_795_170_000_000 })(updatedAt);
    const open = stampedAt(8, { updatedAt: 1_795_166_400_000 })(updatedAt);
    expect(solved.sequence > open.sequence).toBe(true);
  });

  it('is the log`s order where two state the same', () => {
    const same = { updatedAt: 1_795_166_400_000 };
    expect(stampedAt(8, same)(updatedAt).sequence > stampedAt(7, same)(updatedAt).sequence).toBe(true);
  });

  it('is the log`s order where the flow says so', () => {
    expect(stampedAt(7, { updatedAt: 5 })(null).sequence).toBe(sequenceOf(writtenAt, 7));
  });

  it('is newer than what was stated before it when it states nothing, and older than what is stated for later', () => {
    const stated = (at: number, offset: number) => stampedAt(offset, { updatedAt: at })(updatedAt).sequence;
    const nothing = stampedAt(8)(updatedAt).sequence;
    expect(nothing > stated(writtenAt - 1_000, 7)).toBe(true);
    expect(stated(writtenAt + 1_000, 9) > nothing).toBe(true);
  });

  it('counts where its field counts', () => {
    const [nine, ten] = [9, 10].map((count) => stampedAt(7, { number: count })(number).sequence);
    expect((ten ?? '') > (nine ?? '')).toBe(true);
    expect(stampedAt(7, { number: -1 })(number)).toEqual({
      sequence: sequenceOf(writtenAt, 7),
      note: 'version-not-a-count',
    });
  });

  it('does not believe a field from the far future, which would keep all others out, and says so', () => {
    expect(stampedAt(7, { updatedAt: 253_402_300_799_000 })(updatedAt)).toEqual({
      sequence: sequenceOf(writtenAt, 7),
      note: 'version-in-the-future',
    });
  });

  it('goes by what the request states before it goes by a field', () => {
    const field = { updatedAt: writtenAt };
    expect(stampedAt(7, field, { sequence: statedNumber(3) })(updatedAt).sequence).toBe(
      `${statedNumber(3)}-0000000000000000007`,
    );
    expect(stampedAt(7, field, { sequence: statedInstant(5) })(updatedAt).sequence).toBe(sequenceOf(5, 7));
  });

  it('stays as a stage before stamped it', () => {
    const { sequence } = aTicket();
    expect(stampSequence(anEnvelope<EntityReceived<CanonicalEntity>>(aTicket({ updatedAt: 5 })), updatedAt)).toEqual({
      sequence,
      note: null,
    });
  });
});
