import { describe, expect, it } from '@jest/globals';
import { createFailureWindow, type FailureWindow, houseRule } from '../src/failure-window.ts';

function aWindow(): { readonly window: FailureWindow; readonly pass: (ms: number) => void } {
  let at = 0;
  return {
    window: createFailureWindow(houseRule, () => at),
    pass: (ms) => {
      at += ms;
    },
  };
}

describe('failure window', () => {
  it('calls three failures of two records an outage', () => {
    const { window } = aWindow();
    window.failure('a', false);
    window.failure('b', false);
    expect(window.isOutage()).toBe(false);
    window.failure('a', false);
    expect(window.isOutage()).toBe(true);
  });

  it('never calls one bad record an outage, however often it fails', () => {
    const { window } = aWindow();
    for (let tries = 0; tries < 100; tries += 1) window.failure('a', false);
    expect(window.isOutage()).toBe(false);
  });

  it('calls three in a row that never reached the destination an outage, also of one record', () => {
    const { window } = aWindow();
    for (let tries = 0; tries < 3; tries += 1) window.failure('a', true);
    expect(window.isOutage()).toBe(true);
  });

  it('starts the row again after a success or after a failure that did reach it', () => {
    const { window } = aWindow();
    window.failure('a', true);
    window.failure('a', true);
    window.success();
    window.failure('a', true);
    window.failure('a', true);
    window.failure('a', false);
    window.failure('a', true);
    expect(window.isOutage()).toBe(false);
  });

  it('calls five in a row of three records an outage, however much went well before', () => {
    const { window } = aWindow();
    for (let count = 0; count < 1_000; count += 1) window.success();
    for (const record of ['a', 'b', 'a', 'c']) window.failure(record, false);
    expect(window.isOutage()).toBe(false);
    window.failure('b', false);
    expect(window.isOutage()).toBe(true);
  });

  it('needs three records for such a row, without a success between them', () => {
    const { window } = aWindow();
    for (let count = 0; count < 1_000; count += 1) window.success();
    for (let tries = 0; tries < 10; tries += 1) window.failure(tries % 2 === 0 ? 'a' : 'b', false);
    expect(window.isOutage()).toBe(false);
    window.success();
    for (const record of ['c', 'd', 'e', 'f']) window.failure(record, false);
    expect(window.isOutage()).toBe(false);
  });

  it('wants more than half of what ended to have failed', () => {
    const { window } = aWindow();
    for (const record of ['a', 'b', 'c']) window.failure(record, false);
    for (let count = 0; count < 3; count += 1) window.success();
    expect(window.isOutage()).toBe(false);
    window.failure('d', false);
    expect(window.isOutage()).toBe(true);
  });

  it('forgets what is older than the window', () => {
    const { window, pass } = aWindow();
    window.failure('a', false);
    window.failure('b', false);
    pass(30_001);
    window.failure('c', false);
    expect(window.isOutage()).toBe(false);
  });

  it('tells two records apart that failed in different slices', () => {
    const { window, pass } = aWindow();
    window.failure('a', false);
    pass(5_000);
    window.failure('b', false);
    pass(5_000);
    window.failure('b', false);
    expect(window.isOutage()).toBe(true);
  });
});
