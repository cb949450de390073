import { describe, expect } from '@jest/globals';
import { type HeaderPair, isDeliveryError, partitionOf, type RecordPosition } from '@millrace/messaging';
import { joinGroup } from '../group-probe.ts';
import { law } from '../harness.ts';
import { aRecord, type BrokerLawContext } from './context.ts';

const settled = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => undefined).catch((error) => error);

export function producerLaws({ broker, topic, group, subject }: BrokerLawContext): void {
  describe('producer', () => {
    law('declares the capabilities that the broker states', () => {
      expect(broker().capabilities).toEqual(subject.capabilities);
    });

    law('answers with where the record stands, and it stands there', async () => {
      const name = await topic();
      const producer = await broker().createProducer();
      const sent = await Promise.all(
        Array.from({ length: 300 }, (_, at) =>
          producer.send(aRecord(name, { key: Buffer.from(`key-${at}`), value: Buffer.from(String(at)) })),
        ),
      );
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await probe.received(300);
      for (const record of probe.records) {
        expect(sent[Number(record.value?.toString())]).toEqual({
          topic: name,
          partition: record.partition,
          offset: record.offset,
        });
      }
      expect(new Set(probe.records.map((record) => record.value?.toString())).size).toBe(300);
      await probe.member.close();
      await producer.close();
    });

    law('reports without a promise what it would have promised: once, and never before the call returns', async () => {
      const name = await topic(2);
      const producer = await broker().createProducer();
      const reports: string[] = [];
      const { promise: told, resolve: tell } = Promise.withResolvers<void>();
      const report = (index: number) => ({
        onAcknowledged: ({ partition, offset }: RecordPosition) => {
          reports.push(`${index} at ${partition}/${offset}`);
          if (reports.length === 5) tell();
        },
        onFailed: () => {
          reports.push(`${index} failed`);
          if (reports.length === 5) tell();
        },
      });
      await producer.send(aRecord(name, { partition: 0 })); // From now on it knows the topic.
      for (const index of [0, 1, 2]) producer.deliver(aRecord(name, { partition: index % 2 }), report(index));
      producer.deliver(aRecord(name), report(3), AbortSignal.abort());
      producer.deliver(aRecord(name, { partition: 99 }), report(4));
      expect(reports).toEqual([]);
      await told;
      await producer.flush();
      expect(reports.toSorted()).toEqual(['0 at 0/1', '1 at 1/0', '2 at 0/2', '3 failed', '4 failed']);
      await producer.close();
    });

    law('puts a key where Java puts it, and a named partition where it says', async () => {
      const name = await topic(5);
      const producer = await broker().createProducer();
      for (const key of ['helpdesk:1', 'helpdesk:2', 'github:77', 'ü', '']) {
        const { partition } = await producer.send(aRecord(name, { key: Buffer.from(key) }));
        expect(partition).toBe(partitionOf(Buffer.from(key), 5));
      }
      expect((await producer.send(aRecord(name, { partition: 4 }))).partition).toBe(4);
      expect((await producer.send(aRecord(name, { key: null }))).partition).toBeGreaterThanOrEqual(0);
      await producer.close();
    });

    law('keeps the order of the calls within a partition', async () => {
      const name = await topic(2);
      const producer = await broker().createProducer();
      const sent = await Promise.all(
        Array.from({ length: 1_000 }, (_, at) => producer.send(aRecord(name, { partition: at % 2 }))),
      );
      for (const partition of [0, 1]) {
        const offsets = sent.filter((position) => position.partition === partition).map(({ offset }) => offset);
        expect(offsets).toEqual(Array.from({ length: 500 }, (_, offset) => offset));
      }
      await producer.close();
    });

    law('carries headers as ordered pairs: binary, empty, null and repeated ones', async () => {
      const name = await topic(1);
      const headers: HeaderPair[] = [
        ['a', Buffer.from([0, 255, 10])],
        ['b', Buffer.alloc(0)],
        ['a', Buffer.from('again')],
        ['c', null],
        ['ü', Buffer.from('ümlaut')],
        ['c', Buffer.from('not null')],
        ['a', Buffer.from('again')],
      ];
      const producer = await broker().createProducer();
      await producer.send(aRecord(name, { headers }));
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await probe.received(1);
      expect(
        probe.records[0]?.headers.map(([key, value]) => [key, value === null ? null : value.toString('hex')]),
      ).toEqual(headers.map(([key, value]) => [key, value === null ? null : value.toString('hex')]));
      await probe.member.close();
      await producer.close();
    });

    law('tells a null key or value from an empty one, and keeps the time it was given', async () => {
      const name = await topic(1);
      const producer = await broker().createProducer();
      const timestamp = Date.now() - 60_000;
      await producer.send(aRecord(name, { key: null, value: null, timestamp }));
      await producer.send(aRecord(name, { key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp }));
      const probe = await joinGroup(broker(), { group: group(), topics: [name] });
      await probe.received(2);
      expect(probe.records.map(({ key, value }) => [key?.length ?? null, value?.length ?? null])).toEqual([
        [null, null],
        [0, 0],
      ]);
      expect(probe.records.map((record) => record.timestamp)).toEqual([timestamp, timestamp]);
      await probe.member.close();
      await producer.close();
    });

    law('refuses a record above the topic`s limit for good, and only that one', async () => {
      const name = await topic(1, { 'max.message.bytes': '20000' });
      const producer = await broker().createProducer();
      const [before, large, after] = await Promise.all([
        settled(producer.send(aRecord(name))),
        settled(producer.send(aRecord(name, { value: Buffer.alloc(50_000, 'x') }))),
        settled(producer.send(aRecord(name))),
      ]);
      expect([before, after]).toEqual([undefined, undefined]);
      expect(isDeliveryError(large)).toBe(true);
      expect(large).toMatchObject({ disposition: { kind: 'dead-letter' }, ambiguous: false });
      await producer.close();
    });

    law('refuses a topic that does not exist with a coded error', async () => {
      const producer = await broker().createProducer();
      const error = await settled(producer.send(aRecord(`${await topic()}-missing`)));
      expect(isDeliveryError(error)).toBe(true);
      await producer.close();
    });

    law('does not write a record that its caller takes back before it has left', async () => {
      const name = await topic(1);
      const producer = await broker().createProducer();
      await producer.send(aRecord(name));
      const caller = new AbortController();
      const taken = settled(producer.send(aRecord(name, { value: Buffer.from('taken back') }), caller.signal));
      const other = producer.send(aRecord(name, { value: Buffer.from('other') }));
      caller.abort();
      expect(isDeliveryError(await taken)).toBe(true);
      expect(await taken).toMatchObject({ ambiguous: false });
      expect(await other).toMatchObject({ offset: 1 });
      await producer.close();
    });

    law('flushes what is waiting, closes twice, and refuses records after', async () => {
      const name = await topic(1);
      const producer = await broker().createProducer();
      let isAcknowledged = false;
      const sent = producer.send(aRecord(name)).then(() => {
        isAcknowledged = true;
      });
      await producer.flush();
      await sent;
      expect(isAcknowledged).toBe(true);
      await Promise.all([producer.close(), producer.close()]);
      await producer.close();
      expect(isDeliveryError(await settled(producer.send(aRecord(name))))).toBe(true);
    });
  });
}
