import { describe, expect } from '@jest/globals';
import type { InboundRecord } from '@millrace/messaging';
import { createProgress, law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

export function readerLaws({ broker, harness, topic, subject }: BrokerLawContext): void {
  const fill = async (name: string, records: number, partitions: number): Promise<void> => {
    const producer = await broker().createProducer();
    await Promise.all(
      Array.from({ length: records }, (_, at) =>
        producer.send(aRecord(name, { partition: at % partitions, key: Buffer.from(`k${at % 4}`) })),
      ),
    );
    await producer.close();
  };

  describe('reader', () => {
    law('hands over everything there was, says so, and goes on with what comes', async () => {
      const name = await topic(2);
      await fill(name, 20, 2);
      const records: InboundRecord[] = [];
      const progress = createProgress();
      const reader = await broker().createReader({
        topics: [name],
        from: 'earliest',
        onRecord: (record) => {
          records.push(record);
          progress.changed();
        },
      });
      await reader.caughtUp;
      expect(records).toHaveLength(20);
      await fill(name, 4, 2);
      await progress.until(
        () => records.length === 24,
        () => records.length,
      );
      await reader.close();
      await reader.close();
    });

    law('is caught up at once on an empty topic, and from latest sees only what comes', async () => {
      const name = await topic(2);
      const empty = await broker().createReader({ topics: [name], from: 'earliest', onRecord: () => undefined });
      await empty.caughtUp;
      await empty.close();
      await fill(name, 6, 2);
      const records: InboundRecord[] = [];
      const progress = createProgress();
      const reader = await broker().createReader({
        topics: [name],
        from: 'latest',
        onRecord: (record) => {
          records.push(record);
          progress.changed();
        },
      });
      await reader.caughtUp;
      await fill(name, 2, 2);
      await progress.until(
        () => records.length === 2,
        () => records.length,
      );
      expect(records.map(({ offset }) => offset)).toEqual([3, 3]);
      await reader.close();
    });

    law('gives every reader every record', async () => {
      const name = await topic(1);
      await fill(name, 5, 1);
      const counts = [0, 0];
      const readers = await Promise.all(
        counts.map((_, at) =>
          broker().createReader({
            topics: [name],
            from: 'earliest',
            onRecord: () => {
              counts[at] = (counts[at] ?? 0) + 1;
            },
          }),
        ),
      );
      await Promise.all(readers.map((reader) => reader.caughtUp));
      expect(counts).toEqual([5, 5]);
      await Promise.all(readers.map((reader) => reader.close()));
    });
  });

  describe('ranges', () => {
    const read = async (ranges: Parameters<ReturnType<typeof broker>['readRanges']>[0]): Promise<InboundRecord[]> => {
      const records: InboundRecord[] = [];
      for await (const record of broker().readRanges(ranges)) records.push(record);
      return records;
    };

    law('are read from the first offset wanted to before the first not wanted, in order', async () => {
      const name = await topic(2);
      await fill(name, 40, 2);
      const records = await read([
        { topic: name, partition: 0, from: 5, to: 9 },
        { topic: name, partition: 1, from: 0, to: 3 },
      ]);
      const of = (partition: number): number[] =>
        records.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect([of(0), of(1)]).toEqual([
        [5, 6, 7, 8],
        [0, 1, 2],
      ]);
    });

    law('end when they are empty, and at the end of the partition when they reach beyond it', async () => {
      const name = await topic(2);
      await fill(name, 4, 1);
      expect(await read([{ topic: name, partition: 0, from: 2, to: 2 }])).toEqual([]);
      expect(await read([{ topic: name, partition: 1, from: 0, to: 100 }])).toEqual([]);
      const records = await read([{ topic: name, partition: 0, from: 2, to: 1_000 }]);
      expect(records.map(({ offset }) => offset)).toEqual([2, 3]);
      expect(await read([])).toEqual([]);
    });

    law(
      'end when their records were compacted away',
      async () => {
        const name = await topic(1, { 'cleanup.policy': 'compact' });
        await fill(name, 12, 1);
        await harness().compact?.(name);
        expect(await read([{ topic: name, partition: 0, from: 0, to: 8 }])).toEqual([]);
        const records = await read([{ topic: name, partition: 0, from: 0, to: 12 }]);
        expect(records.map(({ offset }) => offset)).toEqual([8, 9, 10, 11]);
      },
      subject.can.compact ? false : 'declares can.compact: false',
    );

    law('stop when they are aborted or left', async () => {
      const name = await topic(1);
      await fill(name, 50, 1);
      const abort = new AbortController();
      let seen = 0;
      const reading = (async () => {
        for await (const _ of broker().readRanges([{ topic: name, partition: 0, from: 0, to: 50 }], abort.signal)) {
          seen += 1;
          abort.abort();
        }
      })();
      await expect(reading).rejects.toThrow();
      expect(seen).toBeLessThan(50);
      for await (const _ of broker().readRanges([{ topic: name, partition: 0, from: 0, to: 50 }])) break;
    });
  });
}
