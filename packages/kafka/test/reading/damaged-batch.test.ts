import { describe, expect, it } from '@jest/globals';
import type { HeaderPair, OutboundRecord } from '@millrace/messaging';
import { crc32c } from '@platformatic/kafka';
import fc from 'fast-check';
import crc32cOfOther from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { codecNumbers, compress } from '../../src/platformatic/codecs.ts';
import { batchHeaderBytes, encodeRecords, writeBatch } from '../../src/platformatic/encode-batch.ts';
import type { WireCodec } from '../../src/producer/produce-transport.ts';
import type { Decoded } from '../../src/reading/decode-batches.ts';
import { readRecordSet } from '../../src/reading/read-record-set.ts';

const headers: readonly HeaderPair[] = [['name', Buffer.from('value')]];
const records: readonly OutboundRecord[] = ['a', 'b', 'c'].map((value) => ({
  topic: 't',
  key: Buffer.from(`key of ${value}`),
  value: Buffer.from(value.repeat(50)),
  headers,
}));

async function batchAt(offset: number, codec: WireCodec = 'none'): Promise<Buffer> {
  const encoded = encodeRecords(records, 1_790_000_000_000);
  const payload = await compress(encoded.data, codec);
  const batch = Buffer.alloc(batchHeaderBytes + payload.length);
  writeBatch(batch, 0, encoded, payload, codecNumbers[codec], crc32c);
  batch.writeBigInt64BE(BigInt(offset), 0);
  return batch;
}

/** With a checksum that fits whatever the rest says: so it was written. */
const sealed = (batch: Buffer, change: (batch: Buffer) => void): Buffer => {
  const copy = Buffer.from(batch);
  change(copy);
  copy.writeUInt32BE(crc32c(copy.subarray(21)), 17);
  return copy;
};
/** The same batch around other bytes. */
const around = (batch: Buffer, payload: Buffer, codec = 0): Buffer =>
  sealed(Buffer.concat([batch.subarray(0, batchHeaderBytes), payload]), (whole) => {
    whole.writeInt32BE(whole.length - 12, 8);
    whole.writeInt16BE(codec, 21);
  });

const read = (data: Buffer, from = 10): Promise<Decoded> =>
  readRecordSet({ topic: 't', partition: 0, from, highWatermark: 1_000, aborted: [], data }, crc32c);

const good = await batchAt(10);
const zipped = await batchAt(10, 'gzip');
/** A snappy block that states 4 GiB, and an xerial frame whose block has a length below zero. */
const hugeSnappy = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x61]);
const xerial = Buffer.concat([
  Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from([0xff, 0xff, 0xff, 0xfc]),
]);
/** A gzip member that unpacks to more than is read. */
const bomb = await compress(Buffer.alloc(160 * 1_048_576), 'gzip');

const damages: Readonly<Record<string, readonly [batch: Buffer, what: RegExp]>> = {
  'a checksum that does not fit': [Buffer.from(good.with(good.length - 1, 0xff)), /checksum/],
  'a codec that Kafka does not have': [sealed(good, (batch) => batch.writeInt16BE(7, 21)), /codec 7/],
  'bytes that are none of its codec': [sealed(good, (batch) => batch.writeInt16BE(1, 21)), /does not unpack with gzip/],
  'bytes that are none of zstd': [sealed(good, (batch) => batch.writeInt16BE(4, 21)), /does not unpack with zstd/],
  'bytes that are none of lz4': [sealed(good, (batch) => batch.writeInt16BE(3, 21)), /does not unpack with lz4/],
  'bytes that are none of snappy': [sealed(good, (batch) => batch.writeInt16BE(2, 21)), /does not unpack with snappy/],
  'a snappy block of 4 GiB': [around(good, hugeSnappy, 2), /does not unpack with snappy/],
  'an xerial block with a length below zero': [around(good, xerial, 2), /does not unpack with snappy/],
  'more than is unpacked': [around(good, bomb, 1), /does not unpack with gzip/],
  'compressed bytes that end early': [around(zipped, zipped.subarray(batchHeaderBytes, -20), 1), /does not unpack/],
  'an end in its middle': [good.subarray(0, -1), /cut off/],
  'an end in its header': [good.subarray(0, 40), /cut off/],
  'an end in its frame': [good.subarray(0, 9), /cut off/],
  'a length below zero': [sealed(good, (batch) => batch.writeInt32BE(-12, 8)), /length of 0 bytes/],
  'a length of 2 GiB': [sealed(good, (batch) => batch.writeInt32BE(2 ** 31 - 1, 8)), /cut off/],
  'a format of before Kafka 0.11': [Buffer.from(good.with(16, 1)), /format 1/],
  'a format of the future': [Buffer.from(good.with(16, 3)), /format 3/],
  'an offset below zero': [sealed(good, (batch) => batch.writeBigInt64BE(-5n, 0)), /states offsets/],
  'an offset beyond 2^53': [sealed(good, (batch) => batch.writeBigInt64BE(2n ** 60n, 0)), /states offsets/],
  'offsets that were read before': [sealed(good, (batch) => batch.writeBigInt64BE(2n, 0)), /states offsets 2 to 4/],
  'a last offset before its first': [sealed(good, (batch) => batch.writeInt32BE(-3, 23)), /states offsets/],
  'a last offset far beyond the log': [sealed(good, (batch) => batch.writeInt32BE(2 ** 31 - 1, 23)), /states offsets/],
  'fewer than no records': [sealed(good, (batch) => batch.writeInt32BE(-1, 57)), /states -1 records/],
  'two billion records': [sealed(good, (batch) => batch.writeInt32BE(2 ** 31 - 1, 57)), /states 2147483647 records/],
  'fewer records than bytes': [sealed(good, (batch) => batch.writeInt32BE(2, 57)), /bytes behind its last record/],
  'a record that ends beyond it': [sealed(good, (batch) => batch.writeUInt8(0xfe, 61)), /record/],
  'a record without an end': [around(good, Buffer.alloc(40, 0xff)), /does not end/],
};

/** One record of that many bytes, and so on, by hand: a length, attributes, time, offset, key, value, headers. */
const byHand = (...bytes: number[]): Buffer =>
  sealed(around(good, Buffer.from([bytes.length * 2, 0, 0, ...bytes.slice(2)])), (batch) => {
    batch.writeInt32BE(1, 57);
    batch.writeInt32BE(0, 23);
  });
const handwritten: Readonly<Record<string, readonly [batch: Buffer, what: RegExp]>> = {
  'a key that ends beyond its record': [byHand(0, 0, 0, 0x7e, 1, 0), /field that ends beyond/],
  'a value that ends beyond its record': [byHand(0, 0, 0, 1, 0x7e, 0), /field that ends beyond/],
  'more headers than bytes': [byHand(0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f), /more headers than bytes/],
  'fewer than no headers': [byHand(0, 0, 0, 1, 1, 1), /more headers than bytes/],
  'a header without a name': [byHand(0, 0, 0, 1, 1, 2, 1, 1), /field that ends beyond/],
  'an offset beyond its batch': [byHand(0, 0, 8, 1, 1, 0), /offsets do not rise/],
  'bytes behind its fields': [byHand(0, 0, 0, 1, 1, 0, 0, 0), /bytes left over/],
};

describe('a record batch that is none', () => {
  it.each(Object.entries({ ...damages, ...handwritten }))(
    'with %s is said to be, and nothing is read',
    async (_, [batch, what]) => {
      const started = performance.now();
      const { records: found, next, damage } = await read(batch);
      expect([found, next]).toEqual([[], 10]);
      expect(damage?.what).toMatch(what);
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );

  it('keeps nothing of what is before it, which comes first and alone', async () => {
    const bad = Buffer.from(good.with(good.length - 1, 0xff));
    bad.writeBigInt64BE(13n, 0);
    const first = await read(Buffer.concat([good, bad]));
    expect([first.records.map(({ offset }) => offset), first.next, first.damage]).toEqual([[10, 11, 12], 13, null]);
    const second = await read(bad, 13);
    expect([second.records, second.next, second.damage?.lastOffset]).toEqual([[], 13, 15]);
  });

  it('does not say where it ends where that cannot be', async () => {
    const far = sealed(good, (batch) => batch.writeInt32BE(2 ** 31 - 1, 23));
    expect((await read(far)).damage?.lastOffset).toBeNull();
    expect((await read(good.subarray(0, 30))).damage?.lastOffset).toBeNull();
  });

  it('is never read as something else, whichever byte is another than it was', async () => {
    // The first offset and the epoch of the leader are the broker's, which no checksum covers.
    const covered = fc.integer({ min: 17, max: good.length - 1 });
    await fc.assert(
      fc.asyncProperty(covered, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(good);
        damaged[at] = (damaged[at] as number) ^ change;
        const { records: found, next, damage } = await read(damaged);
        expect([found, next, damage === null]).toEqual([[], 10, false]);
      }),
      { numRuns: 300 },
    );
  });

  it('ends in a reason for any bytes at all behind a checksum that fits them', async () => {
    const codec = fc.integer({ min: 0, max: 7 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), codec, async (payload, attributes) => {
        const { records: found, next, damage } = await read(around(good, Buffer.from(payload), attributes));
        expect([found, next, damage === null]).toEqual([[], 10, false]);
      }),
      { numRuns: 300 },
    );
  });

  it('is found by the checksum of either client', () => {
    expect(crc32cOfOther(good.subarray(21))).toBe(crc32c(good.subarray(21)));
    expect(good.readUInt32BE(17)).toBe(crc32c(good.subarray(21)));
  });
});
