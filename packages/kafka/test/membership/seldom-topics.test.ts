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

  it('are asked for again at once after they had something', () => {
    const seldom = topics();
    at = 0;
    seldom.asks('retry', 0);
    seldom.expect({ topic: 'retry', partition: 0 });
    expect(seldom.asks('retry', 0)).toBe(true);
  });
});
