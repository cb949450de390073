import { describe, expect, it } from '@jest/globals';
import type { TopicSpec } from '@millrace/messaging';
import { comparePlan, describePlan } from '../src/provision.ts';

const spec = (changes: Partial<TopicSpec> = {}): TopicSpec => ({
  name: 'tickets.received.v1',
  partitions: 4,
  replicationFactor: 1,
  config: { 'retention.ms': '1000' },
  ...changes,
});

describe('provisioning plan', () => {
  it('creates what is missing and leaves what is right, also settings of others', () => {
    const there = spec({ config: { 'retention.ms': '1000', 'compression.type': 'producer' } });
    expect(comparePlan([spec(), spec({ name: 'new' })], [there])).toMatchObject({
      steps: [{ kind: 'create', topic: 'new' }],
      refusals: [],
      unchanged: 1,
    });
  });

  it('grows partitions and changes settings', () => {
    const plan = comparePlan([spec()], [spec({ partitions: 2, config: {} })]);
    expect(describePlan(plan).split('\n')).toEqual([
      '~ tickets.received.v1: 2 → 4 partitions',
      '~ tickets.received.v1: retention.ms unset → 1000',
      '2 to do, 0 refused, 0 as they should be',
    ]);
  });

  it('refuses to shrink', () => {
    const plan = comparePlan([spec()], [spec({ partitions: 8 })]);
    expect(plan.refusals).toMatchObject([{ code: 'X_TOPIC_WOULD_SHRINK', topic: 'tickets.received.v1' }]);
    expect(plan.steps).toEqual([]);
  });
});
