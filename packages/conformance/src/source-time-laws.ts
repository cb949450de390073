import { expect } from '@jest/globals';
import { law } from './harness.ts';
import { jsonIn, pathsOf, replaced } from './payload.ts';
import type { SourceUnderLaw } from './source-under-law.ts';

/** What senders have written for a time: beyond a Date, before any computer, in no calendar, of another kind. */
export const absurdTimes: readonly unknown[] = [
  1e30,
  8.64e15 * 1e6,
  -1,
  Number.MAX_SAFE_INTEGER,
  1e20,
  '0000-00-00T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-20T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '99999999999999999999999999',
  'yesterday',
  '',
  true,
  [],
  {},
];
const latestEpochMs = 253_402_300_799_999; // the end of the year 9999

/** Nothing absurd reaches a `Date`. */
export function sourceTimeLaws({ source, samples, now }: SourceUnderLaw): void {
  law('never lets an absurd time through, whatever any field of its payload says', () => {
    for (const { request } of samples) {
      const payload = jsonIn(request.body);
      if (payload === undefined) continue;
      for (const path of pathsOf(payload).filter(({ length }) => length > 0)) {
        for (const absurd of absurdTimes) {
          const body = Buffer.from(JSON.stringify(replaced(payload, path, absurd)));
          const at = source.occurredAt({ ...request, body });
          expect(at === null || (Number.isSafeInteger(at) && at >= 0 && at <= latestEpochMs)).toBe(true);
        }
      }
    }
  });

  law('reads the time of the vendor, and no time where it states none', () => {
    for (const { request } of samples) {
      const at = source.occurredAt(request);
      expect(at === null || Math.abs(at - now) < 20 * 366 * 86_400_000).toBe(true);
    }
  });
}
