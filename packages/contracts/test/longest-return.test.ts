import { describe, expect, it } from '@jest/globals';
import { groupTopics, longestReturnMs, retryTiers, topicSpecs, topics } from '../src/index.ts';

const day = 86_400_000;

describe('how long a record may come back', () => {
  it('is as long as its source, a retry tier, its dead letters and a lane together keep it', () => {
    const specs = new Map(topicSpecs(['g']).map(({ name, config }) => [name, Number(config['retention.ms'])]));
    const { retry, dlq, lane } = groupTopics('g');
    const kept = [topics.webhooksReceived.name, retry[retryTiers[0]], dlq, lane].map(
      (name) => specs.get(name) ?? Number.NaN,
    );
    expect(longestReturnMs).toBe(kept.reduce((sum, ms) => sum + ms, 0));
    expect(longestReturnMs).toBe(97 * day);
  });
});
