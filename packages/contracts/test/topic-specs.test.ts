import { describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, topicSpecs } from '../src/index.ts';

describe('topicSpecs', () => {
  it('gives every group its tiers, its dead letters and its lane, kept for 30 days from writing', () => {
    const { retry, dlq, lane } = groupTopics('sink-writers.tickets.archive');
    expect([...Object.values(retry), dlq, lane]).toStrictEqual([
      ...retryTiers.map((tier) => `retry.sink-writers.tickets.archive.${tier}`),
      'dlq.sink-writers.tickets.archive',
      'lane.sink-writers.tickets.archive',
    ]);
    for (const name of [...Object.values(retry), dlq, lane]) {
      expect(topicSpecs(['sink-writers.tickets.archive']).find((spec) => spec.name === name)?.config).toMatchObject({
        'retention.ms': String(30 * 86_400_000),
        'message.timestamp.type': 'LogAppendTime',
        'max.message.bytes': String(8_388_608 + 65_536),
      });
    }
  });

  it('lets the broker say when it wrote what a sequence may be made from, because gateways have many clocks', () => {
    const stamped = topicSpecs([]).filter(({ name }) =>
      /^(webhooks|tickets|issues|messages|transactions|leads)\./.test(name),
    );
    expect(stamped).toHaveLength(16);
    for (const { name, config } of stamped)
      expect([name, config['message.timestamp.type']]).toEqual([name, 'LogAppendTime']);
  });

  it('scales source, retry and lane topics together and leaves single-partition topics alone', () => {
    const count = new Map(topicSpecs(['g'], { partitions: 12 }).map(({ name, partitions }) => [name, partitions]));
    expect(
      ['webhooks.received.v1', 'tickets.received.v1', groupTopics('g').retry[retryTiers[0]], 'lane.g', 'dlq.g'].map(
        (name) => count.get(name),
      ),
    ).toStrictEqual([12, 12, 12, 12, 12]);
    expect(count.get('ops.control')).toBe(1);
  });

  it.each([
    [1, '1'],
    [2, '2'],
    [3, '2'],
    [5, '2'],
  ])('of %i copies of a record, %s must be there before it is acknowledged', (replicationFactor, inSync) => {
    const specs = topicSpecs(['g'], { replicationFactor });
    expect(new Set(specs.map(({ config }) => config['min.insync.replicas']))).toEqual(new Set([inSync]));
  });
});
