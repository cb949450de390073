import { describe, expect, it } from '@jest/globals';
import { deadlineSignal } from '../src/deadline-signal.ts';

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
