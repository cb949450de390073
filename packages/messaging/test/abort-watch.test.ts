import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AbortWatch } from '../src/abort-watch.ts';

let told: [string, unknown][];
let watch: AbortWatch<string>;
const one = (): AbortController => new AbortController();
const listeners = ({ signal }: AbortController): number => getEventListeners(signal, 'abort').length;

beforeEach(() => {
  told = [];
  watch = new AbortWatch((waiting, reason) => told.push([waiting, reason]));
});

describe('abort watch', () => {
  it('tells everybody who waits under the signal that aborts, once, and nobody else', () => {
    const [gone, here] = [one(), one()];
    for (const name of ['a', 'b']) watch.add(name, gone.signal);
    watch.add('c', here.signal);
    gone.abort('enough');
    gone.abort('again');
    expect(told).toEqual([
      ['a', 'enough'],
      ['b', 'enough'],
    ]);
  });

  it('tells nobody who waits no longer, and says nothing about who was told', () => {
    const gone = one();
    for (const name of ['a', 'b']) watch.add(name, gone.signal);
    watch.delete('a', gone.signal);
    gone.abort('enough');
    watch.delete('b', gone.signal);
    expect(told).toEqual([['b', 'enough']]);
  });

  it('has one listener for all of them, and none when nobody waits', () => {
    const shared = one();
    for (const name of ['a', 'b', 'c']) watch.add(name, shared.signal);
    expect(listeners(shared)).toBe(1);
    for (const name of ['a', 'b', 'c']) watch.delete(name, shared.signal);
    expect(listeners(shared)).toBe(0);
    watch.add('d', shared.signal);
    shared.abort('enough');
    expect(told).toEqual([['d', 'enough']]);
  });

  it('bears that the told add and delete others: who is taken out then is not told any more', () => {
    const [gone, here] = [one(), one()];
    let next: AbortSignal | null = here.signal;
    watch = new AbortWatch((waiting, reason) => {
      told.push([waiting, reason]);
      watch.delete('b', gone.signal);
      if (next !== null) watch.add(`${waiting} again`, next);
    });
    for (const name of ['a', 'b']) watch.add(name, gone.signal);
    gone.abort('enough');
    next = null;
    here.abort('over');
    expect(told).toEqual([
      ['a', 'enough'],
      ['a again', 'over'],
    ]);
    expect([listeners(gone), listeners(here)]).toEqual([0, 0]);
  });
});
