import { expect, it } from '@jest/globals';
import { accumulate, aRecord, scripted } from '../producer/scripted-transport.ts';

/** CPU per record of so many sends to one partition in one turn, in microseconds; the best of some. */
async function costOf(records: number, runs: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const cluster = scripted({
      script: async (batches) =>
        batches.map(({ topic, partition }) => ({ topic, partition, errorCode: 0, baseOffset: 0 })),
    });
    const producer = accumulate(cluster.transport, {
      bufferBytes: 100_000_000,
      batchRecords: 1_000_000,
      batchBytes: 100_000_000,
      requestBytes: 100_000_000,
    });
    const sample = aRecord('x');
    await producer.send(sample);
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: records }, () => producer.send(sample)));
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / records);
    await producer.close();
  }
  return best;
}

// P2: every record of a partition copied the array of those before it: 3 microseconds each for a thousand, 80 for 20,000.
it('a record costs as much among 20,000 of one turn as among 1,000', async () => {
  await costOf(5_000, 3);
  const few = await costOf(1_000, 10);
  const many = await costOf(20_000, 5);
  expect(many).toBeLessThan(few * 6);
});
