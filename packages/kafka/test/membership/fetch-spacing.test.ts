import { beforeEach, describe, expect, it } from '@jest/globals';
import { FetchSpacing } from '../../src/membership/fetch-spacing.ts';

describe('the spacing of fetches', () => {
  let now = 0;
  let spacing: FetchSpacing;
  const fetch = (records: number, tookMs: number): number => {
    spacing.sent(1);
    now += tookMs;
    spacing.answered(1, records);
    return spacing.restMs(1);
  };
  beforeEach(() => {
    now = 1_000;
    spacing = new FetchSpacing(() => now);
  });

  it('lets the first fetch go at once', () => {
    expect(spacing.restMs(1)).toBe(0);
  });

  it('waits for the rest of the spacing while a few records come with every answer', () => {
    expect(fetch(1, 2)).toBe(3);
    now += 3;
    expect(fetch(63, 0.5)).toBe(5);
  });

  it('waits for nothing after a quiet while', () => {
    expect(fetch(1, 200)).toBe(0);
  });

  it('waits for nothing in a backlog, nor when nothing came', () => {
    expect([fetch(64, 1), fetch(0, 1)]).toEqual([0, 0]);
  });

  it('counts each leader by itself', () => {
    fetch(1, 1);
    expect(spacing.restMs(2)).toBe(0);
  });
});
