import { describe, expect, it } from '@jest/globals';
import { createDurabilityCheck, durabilityState } from '../src/durability.ts';

const aTopic = (replicationFactor: number, inSync: number, name = 'webhooks.received.v1') => ({
  ...{ name, partitions: 4, replicationFactor, config: { 'min.insync.replicas': String(inSync) } },
});

describe('the readiness of who acknowledges', () => {
  it.each([
    [3, [aTopic(3, 2)], { ok: true, says: 'replication factor 3, min.insync.replicas 2' }],
    [1, [aTopic(1, 1)], { ok: true, says: 'replication factor 1, min.insync.replicas 1' }],
    [1, [aTopic(3, 2)], { ok: true, says: 'replication factor 3, min.insync.replicas 2' }],
    [
      undefined,
      [aTopic(1, 1)],
      {
        ok: true,
        says: 'replication factor 1, min.insync.replicas 1; MILLRACE_REPLICATION_FACTOR declares nothing',
      },
    ],
  ])('states the copies of each record where %p are declared', (declared, topics, state) => {
    expect(durabilityState(topics, declared)).toEqual(state);
  });

  it.each([
    ['fewer copies', [aTopic(3, 2), aTopic(1, 1, 'tickets.received.v1')], 'tickets.received.v1'],
    ['fewer in sync', [aTopic(3, 1)], 'webhooks.received.v1'],
    ['nothing said of those in sync', [{ ...aTopic(3, 2), config: {} }], 'webhooks.received.v1'],
  ])('is not ready where a topic has %s than were declared, and names the weakest', (_, topics, name) => {
    expect(durabilityState(topics, 3)).toMatchObject({ ok: false, reason: expect.stringContaining(name) });
  });

  it('answers from memory, and keeps what it knows while Kafka is away', async () => {
    const answers = [Promise.resolve([aTopic(3, 2)]), Promise.reject(new Error('away'))];
    const asked: Promise<unknown>[] = [];
    const check = createDurabilityCheck({
      admin: {
        describeTopics: () => {
          const answer = answers.shift() ?? Promise.reject(new Error('away'));
          asked.push(answer);
          return answer;
        },
      },
      topics: ['webhooks.received.v1'],
      declared: 3,
      everyMs: 5,
    });
    await check.open();
    const deadline = performance.now() + 10_000;
    while (asked.length < 3 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    await check.close();
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(check.ready()).toEqual({ ok: true, says: 'replication factor 3, min.insync.replicas 2' });
  });
});
