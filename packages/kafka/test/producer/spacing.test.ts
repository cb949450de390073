import { describe, expect, it } from '@jest/globals';
import { Spacing } from '../../src/producer/spacing.ts';

const node = 1;

/** Callers that come while others' records are on their way, the last of which left at 100. */
function overlapping(): Spacing {
  const spacing = new Spacing({ spacingMs: 5, enoughRecords: 64 });
  spacing.sent(node, 0, 1);
  for (let turn = 0; turn < 10; turn++) spacing.turn();
  spacing.answered(1);
  spacing.sent(node, 100, 1);
  return spacing;
}

const then = (): void => undefined;

describe('spacing', () => {
  it('holds the next request of overlapping callers until the last is old enough, for each leader', () => {
    const spacing = overlapping();
    expect(spacing.holds(node, 102, 2, then)).toBe(true);
    expect(spacing.holds(node, 105, 2, then)).toBe(false);
    expect(spacing.holds(2, 102, 2, then)).toBe(false);
  });

  it('says when the time is over', async () => {
    const spacing = overlapping();
    await new Promise<void>((resolve) => expect(spacing.holds(node, 101, 2, resolve)).toBe(true));
  });

  it('never holds a caller that waits for each answer', () => {
    const spacing = new Spacing({ spacingMs: 5, enoughRecords: 64 });
    for (let at = 0; at < 100; at++) {
      spacing.turn();
      expect(spacing.holds(node, at, 1, then)).toBe(false);
      spacing.sent(node, at, 1);
      spacing.answered(1);
    }
  });

  it('lets a crowd go at once, not counting what is on its way', () => {
    const spacing = overlapping();
    expect(spacing.holds(node, 101, 64, then)).toBe(true);
    expect(spacing.holds(node, 101, 65, then)).toBe(false);
  });

  it('forgets a crowd that has gone', () => {
    const spacing = overlapping();
    spacing.answered(1);
    for (let turn = 0; turn < 20; turn++) spacing.turn();
    expect(spacing.holds(node, 101, 1, then)).toBe(false);
  });
});
