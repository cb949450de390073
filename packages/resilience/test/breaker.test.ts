import { afterEach, describe, expect, it } from '@jest/globals';
import type { Breaker, BreakerState, Verdict } from '@millrace/messaging';
import { createBreaker } from '../src/breaker.ts';

const failure = (record: string, unavailable = false): Verdict => ({ kind: 'failure', record, unavailable });
const success: Verdict = { kind: 'success' };
const open: Breaker[] = [];

function aBreaker(): Breaker {
  const breaker = createBreaker({ openMs: 20 });
  open.push(breaker);
  return breaker;
}

function anOpenBreaker(): Breaker {
  const breaker = aBreaker();
  for (const record of ['a', 'b', 'c']) {
    expect(breaker.admit()).toBe('start');
    breaker.report('start', failure(record));
  }
  expect(breaker.state()).toBe('open');
  return breaker;
}

function entered(breaker: Breaker, wanted: BreakerState): Promise<void> {
  if (breaker.state() === wanted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = breaker.onChange((state) => {
      if (state !== wanted) return;
      stop();
      resolve();
    });
  });
}

afterEach(() => {
  for (const breaker of open.splice(0)) breaker.close();
});

describe('breaker', () => {
  it('lets nothing start while it is open', () => {
    expect(anOpenBreaker().admit()).toBe('wait');
  });

  it('lets exactly one probe out after the open time', async () => {
    const breaker = anOpenBreaker();
    await entered(breaker, 'half-open');
    expect([breaker.admit(), breaker.admit(), breaker.admit()]).toEqual(['probe', 'wait', 'wait']);
  });

  it('closes after a probe that succeeded, and starts counting afresh', async () => {
    const breaker = anOpenBreaker();
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', success);
    expect(breaker.state()).toBe('closed');
    breaker.report('start', failure('d'));
    breaker.report('start', failure('e'));
    expect(breaker.state()).toBe('closed');
  });

  it('opens again after a probe that failed, and probes again later', async () => {
    const breaker = anOpenBreaker();
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', failure('a'));
    expect(breaker.state()).toBe('open');
    await entered(breaker, 'half-open');
    expect(breaker.admit()).toBe('probe');
  });

  it('lets another probe out, at once, after one that ended without a verdict', async () => {
    const breaker = anOpenBreaker();
    await entered(breaker, 'half-open');
    const states: BreakerState[] = [];
    breaker.admit();
    breaker.onChange((state) => states.push(state));
    breaker.report('probe', { kind: 'none' });
    expect(states).toEqual(['half-open']);
    expect(breaker.admit()).toBe('probe');
  });

  it('is not moved by the late verdict of what started before it opened', async () => {
    const breaker = anOpenBreaker();
    breaker.report('start', success);
    expect(breaker.state()).toBe('open');
    await entered(breaker, 'half-open');
    breaker.report('start', failure('z'));
    breaker.report('start', success);
    expect(breaker.state()).toBe('half-open');
  });

  it('tells each change of state once', async () => {
    const breaker = aBreaker();
    const states: BreakerState[] = [];
    breaker.onChange((state) => states.push(state));
    for (const record of ['a', 'b', 'c', 'd']) breaker.report('start', failure(record));
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', success);
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('stays quiet after it was closed for good', () => {
    const breaker = anOpenBreaker();
    breaker.close();
    breaker.close();
    expect(() => breaker.report('start', failure('a'))).not.toThrow();
  });

  it('opens when ten keys are refused equally, and then only a success closes it', async () => {
    const breaker = aBreaker();
    breaker.report('start', { kind: 'refusal', equalKeys: 9 });
    expect(breaker.state()).toBe('closed');
    breaker.report('start', { kind: 'refusal', equalKeys: 10 });
    expect(breaker.state()).toBe('open');
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', { kind: 'refusal', equalKeys: 1 });
    expect(breaker.state()).toBe('open');
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', success);
    expect(breaker.state()).toBe('closed');
  });

  it('takes a refusal for an answer where failures opened it, and for no success where it ends a row of them', async () => {
    const breaker = anOpenBreaker();
    await entered(breaker, 'half-open');
    breaker.admit();
    breaker.report('probe', { kind: 'refusal', equalKeys: 1 });
    expect(breaker.state()).toBe('closed');
    breaker.report('start', { kind: 'refusal', equalKeys: 10 });
    expect(breaker.state()).toBe('open');
  });
});
