import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HandlerSlots } from '../../src/runtime/handler-slots.ts';

const fill = (slots: HandlerSlots, source: object): number => {
  let taken = 0;
  for (; slots.isFree(source); taken += 1) slots.take(source);
  return taken;
};

describe('the slots of handlers', () => {
  it('are all for one partition that is alone', () => {
    const slots = new HandlerSlots(8);
    const one = {};
    slots.assign([one]);
    expect([fill(slots, one), slots.isFull()]).toEqual([8, true]);
  });

  it('are kept for siblings, however many handlers of one partition want to run', () => {
    const slots = new HandlerSlots(16);
    const [slow, ...siblings] = [{}, {}, {}, {}];
    slots.assign([slow as object, ...siblings]);
    expect(fill(slots, slow as object)).toBe(13);
    expect(siblings.map((sibling) => fill(slots, sibling))).toEqual([1, 1, 1]);
    expect(slots.isFull()).toBe(true);
  });

  it('are common for what is read again', () => {
    const slots = new HandlerSlots(16);
    const source = {};
    slots.assign([source]);
    expect(fill(slots, {})).toBe(12);
    expect(fill(slots, source)).toBe(4);
  });

  it('are kept one by one where they are few, and not at all where that would leave less than half', () => {
    const few = new HandlerSlots(8);
    const sources = [{}, {}, {}, {}];
    few.assign(sources);
    expect(sources.map((source) => fill(few, source))).toEqual([5, 1, 1, 1]);
    const one = new HandlerSlots(1);
    one.assign(sources);
    expect(fill(one, {})).toBe(1);
  });

  it('never are more than there are, and a partition without a handler finds one unless older handlers have them all', () => {
    const step = fc.record({ isTake: fc.boolean(), source: fc.nat(3) });
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 40 }), fc.array(step, { maxLength: 300 }), (most, steps) => {
        const slots = new HandlerSlots(most);
        const sources = [{}, {}, {}, {}];
        slots.assign(sources);
        const used = [0, 0, 0, 0];
        for (const { isTake, source } of steps) {
          const of = sources[source] as object;
          if (isTake && slots.isFree(of)) {
            slots.take(of);
            used[source] = (used[source] as number) + 1;
          } else if (!isTake && (used[source] as number) > 0) {
            slots.give(of);
            used[source] = (used[source] as number) - 1;
          }
          expect(used.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(most);
          used.forEach((count, at) => {
            if (count === 0) expect(slots.isFree(sources[at] as object)).toBe(true);
          });
        }
      }),
    );
  });
});
