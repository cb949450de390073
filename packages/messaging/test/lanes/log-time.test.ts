import { describe, expect, it } from '@jest/globals';
import { CommitTracker } from '../../src/lanes/commit-tracker.ts';
import { decodeFinished, encodeFinished } from '../../src/lanes/finished-bitmap.ts';
import { decodeLogTime, encodeLogTime, LogTime } from '../../src/lanes/log-time.ts';

const now = 1_795_170_000_000;

describe('the time of the log', () => {
  it('rises with the offset, and goes on where a commit left it', () => {
    const time = new LogTime(now);
    expect([now - 5, now + 1, now, now + 2].map((timestamp) => time.next(timestamp, now))).toEqual([
      ...[now, now + 1, now + 1, now + 2],
    ]);
  });

  it.each([-1, Number.NaN, 8.64e15 + 1, now + 86_400_001])('is not made of %p, which stays what it is', (timestamp) => {
    const time = new LogTime(null);
    expect([time.next(timestamp, now), time.next(now, now)]).toEqual([timestamp, now]);
  });

  it('is that of the last record below the offset to commit', () => {
    const tracker = new CommitTracker(7);
    const slots = [10, 20, 30].map((time, offset) => tracker.accept(offset, time));
    expect([tracker.next(), tracker.timeBelow]).toEqual([0, 7]);
    tracker.finish(slots[1] as number);
    expect([tracker.next(), tracker.timeBelow]).toEqual([0, 7]);
    tracker.finish(slots[0] as number);
    expect([tracker.next(), tracker.timeBelow]).toEqual([2, 20]);
  });

  it('is read from the metadata of the offset that it was committed with, and of no other', () => {
    const metadata = `${encodeFinished(42, [44, 45])};t1.16.x${encodeLogTime(42, now)}`;
    expect(decodeLogTime(metadata, 42)).toBe(now);
    expect([...decodeFinished(metadata, 42)]).toEqual([44, 45]);
    expect(decodeLogTime(metadata, 43)).toBeNull();
    expect(decodeLogTime(encodeLogTime(42, null), 42)).toBeNull();
  });

  it.each(['', ';l1', ';l1.16', ';l1.16.', ';l1.16.-1', ';l1.16.zzzzzzzzzzzz', ';l1.16.a.b', 'somebody`s own'])(
    'is unknown where the metadata says %p',
    (metadata) => {
      expect(decodeLogTime(metadata, 42)).toBeNull();
    },
  );
});
