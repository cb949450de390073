import { describe, expect, it } from '@jest/globals';
import { createMetrics, names } from '@millrace/service';
import { createProducerMetrics } from '../../src/producer/producer-metrics.ts';
import { accumulate, aRecord, failed, scripted, written } from './scripted-transport.ts';

const { producer: tree } = names.metrics;

describe('the metrics of a producer', () => {
  it('are all there before the first record', async () => {
    const metrics = createMetrics();
    createProducerMetrics(metrics);
    const lines = await scraped(metrics);
    const missing = Object.values(tree).filter(({ name }) => !lines.some((line) => line.startsWith(name)));
    expect(missing).toEqual([]);
    expect(lines).toContain(`${tree.errors.name}{code="X_DELIVERY_FAILED"} 0`);
  });

  it('say how many records were acknowledged, in how many batches, requests and retries', async () => {
    const metrics = createMetrics();
    const shown = createProducerMetrics(metrics);
    const cluster = scripted({
      script: async (batches, call) =>
        batches.map((batch) => (call === 1 ? failed(batch, 6) : written(cluster.log, batch))),
    });
    const producer = accumulate(cluster.transport, { watch: shown.watch });
    shown.follow(() => producer.stats());
    await Promise.all([producer.send(aRecord('a')), producer.send(aRecord('b')), producer.send(aRecord('c'))]);
    const lines = await scraped(metrics);
    expect(lines).toContain(`${tree.records.name} 3`);
    expect(lines).toContain(`${tree.requests.name} 2`);
    expect(lines).toContain(`${tree.retries.name} 1`);
    expect(lines).toContain(`${tree.recycles.name} 0`);
    expect(lines).toContain(`${tree.batchRecords.name}_sum 3`);
    expect(lines).toContain(`${tree.batchRecords.name}_count 1`);
    expect(lines).toContain(`${tree.sendSeconds.name}_count 1`);
    expect(lines).toContain(`${tree.queuedBytes.name} 0`);
    await producer.close();
  });

  it('count what is refused by its code, and what waits', async () => {
    const metrics = createMetrics();
    const shown = createProducerMetrics(metrics);
    const answer = Promise.withResolvers<void>();
    const cluster = scripted({
      script: async (batches) => {
        await answer.promise;
        return batches.map((batch) => written(cluster.log, batch));
      },
    });
    const producer = accumulate(cluster.transport, { watch: shown.watch, bufferBytes: 100 });
    shown.follow(() => producer.stats());
    const accepted = producer.send(aRecord('a'));
    await expect(producer.send(aRecord('b'.repeat(100)))).rejects.toMatchObject({ code: 'X_DELIVERY_BUFFER_FULL' });
    await expect(producer.send(aRecord('c', 9))).rejects.toMatchObject({ code: 'X_DELIVERY_REFUSED' });
    const waiting = await scraped(metrics);
    expect(waiting).toContain(`${tree.errors.name}{code="X_DELIVERY_BUFFER_FULL"} 1`);
    expect(waiting).toContain(`${tree.errors.name}{code="X_DELIVERY_REFUSED"} 1`);
    expect(waiting).toContain(`${tree.queuedRecords.name} 1`);
    answer.resolve();
    await accepted;
    expect(await scraped(metrics)).toContain(`${tree.queuedRecords.name} 0`);
    await producer.close();
  });

  it('add up those of several producers of one process', async () => {
    const metrics = createMetrics();
    const shown = createProducerMetrics(metrics);
    const producers = [scripted(), scripted()].map(({ transport }) => {
      const producer = accumulate(transport, { watch: shown.watch });
      shown.follow(() => producer.stats());
      return producer;
    });
    await Promise.all(producers.map((producer) => producer.send(aRecord('a'))));
    await scraped(metrics);
    expect(await scraped(metrics)).toContain(`${tree.records.name} 2`);
    await Promise.all(producers.map((producer) => producer.close()));
  });
});

async function scraped(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  return (await metrics.registry.metrics()).split('\n');
}
