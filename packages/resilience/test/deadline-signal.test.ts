import { describe, expect, it } from '@jest/globals';
import { deadlineSignal, sharedDeadlines } from '../src/deadline-signal.ts';

describe('deadline signal', () => {
  it('aborts with its parent', () => {
    const parent = new AbortController();
    const signal = deadlineSignal(parent.signal, 60_000);
    expect(signal.aborted).toBe(false);
    parent.abort(new Error('stop'));
    expect(signal.aborted).toBe(true);
    expect(() => signal.throwIfAborted()).toThrow('stop');
  });

  it('aborts when its time is over', async () => {
    const signal = deadlineSignal(new AbortController().signal, 5);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('asks its parent when it is looked at', () => {
    const { signal: parent } = new AbortController();
    Object.defineProperty(parent, 'aborted', { get: () => true });
    expect(deadlineSignal(parent, 60_000).aborted).toBe(true);
  });
});

describe('shared deadlines', () => {
  it('give calls of about the same time one signal, and later ones another', () => {
    let at = 0;
    const deadlineOf = sharedDeadlines(60_000, () => at);
    const { signal: parent } = new AbortController();
    const first = deadlineOf(parent);
    at = 2_999;
    expect(deadlineOf(parent)).toBe(first);
    at = 3_000;
    expect(deadlineOf(parent)).not.toBe(first);
  });

  it('never mix calls of two parents', () => {
    const deadlineOf = sharedDeadlines(60_000, () => 0);
    const [one, other] = [new AbortController(), new AbortController()];
    const ofOne = deadlineOf(one.signal);
    const ofOther = deadlineOf(other.signal);
    one.abort();
    expect([ofOne.aborted, ofOther.aborted]).toEqual([true, false]);
  });

  it('abort when the time is over', async () => {
    const signal = sharedDeadlines(5, () => 0)(new AbortController().signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
});
