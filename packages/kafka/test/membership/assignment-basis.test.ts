import { describe, expect, it } from '@jest/globals';
import { decodeBasis, encodeBasis, isOutgrown } from '../../src/membership/assignment-basis.ts';

const of =
  (counts: Readonly<Record<string, number>>) =>
  (topic: string): number =>
    counts[topic] ?? 0;

describe('the basis of an assignment', () => {
  it('survives the wire', () => {
    expect(decodeBasis(encodeBasis({ a: 4, b: 1 }))).toEqual({ a: 4, b: 1 });
  });

  it.each([
    ['nothing', null],
    ['an empty answer', Buffer.alloc(0)],
    ['another client’s bytes', Buffer.from([0, 1, 2])],
    ['a text', Buffer.from('"x"')],
  ])('is unknown when the leader sent %s', (_, data) => {
    expect(decodeBasis(data)).toBeNull();
  });

  it('is outgrown by a topic that is new or has grown, and by nothing else', () => {
    const basis = { a: 4, b: 4 };
    expect(isOutgrown(basis, ['a', 'b'], of({ a: 4, b: 4 }))).toBe(false);
    expect(isOutgrown(basis, ['a'], of({ a: 4 }))).toBe(false);
    expect(isOutgrown(basis, ['a', 'c'], of({ a: 4, c: 1 }))).toBe(true);
    expect(isOutgrown(basis, ['a', 'b'], of({ a: 4, b: 5 }))).toBe(true);
    // Our own metadata is older than the leader's.
    expect(isOutgrown(basis, ['a', 'b'], of({ a: 4, b: 3 }))).toBe(false);
  });
});
