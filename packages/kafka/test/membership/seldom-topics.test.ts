import { describe, expect, it } from '@jest/globals';
import { askEveryMs, SeldomTopics } from '../../src/membership/seldom-topics.ts';

describe('seldom topics', () => {
  let at = 0;
  const topics = (): SeldomTopics => new SeldomTopics(['retry'], () => at);

  it('are asked for a few times a second, each partition by itself, others always', () => {
    const seldom = topics();
    at = 0;
    expect([seldom.asks('retry', 0), seldom.asks('retry', 0), seldom.asks('retry', 1)]).toEqual([true, false, true]);
    expect([seldom.asks('source', 0), seldom.asks('source', 0)]).toEqual([true, true]);
    at = askEveryMs - 1;
    expect(seldom.asks('retry', 0)).toBe(false);
    at = askEveryMs;
    expect(seldom.asks('retry', 0)).toBe(true);
  });

  it('let a fetch that leaves them out wait until the first of them is due, and any other as long as it likes', () => {
    const seldom = topics();
    at = 0;
    seldom.asks('retry', 0);
    expect(seldom.waitMs(500)).toBe(500);
    at = 100;
    seldom.asks('retry', 1);
    at = 150;
    seldom.asks('retry', 1);
    seldom.asks('retry', 0);
    expect([seldom.waitMs(500), seldom.waitMs(500)]).toEqual([askEveryMs - 150, 500]);
    seldom.asks('retry', 0);
    at = askEveryMs - 0.1;
    expect(seldom.waitMs(500)).toBe(1);
  });

  it('are asked for again at once after they had something', () => {
    const seldom = topics();
    at = 0;
    seldom.asks('retry', 0);
    seldom.expect({ topic: 'retry', partition: 0 });
    expect(seldom.asks('retry', 0)).toBe(true);
  });
});
