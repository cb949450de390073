import { describe, expect, it } from '@jest/globals';
import type { HeaderPair, OutboundRecord } from '@millrace/messaging';
import { crc32c } from '@platformatic/kafka';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import crc32cOfOther from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import decodeByOther from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import { registerCodecs } from '../../src/kafkajs/codecs.ts';
import { codecNumbers, compress } from '../../src/platformatic/codecs.ts';
import { batchHeaderBytes, encodeRecords, writeBatch } from '../../src/platformatic/encode-batch.ts';
import type { WireCodec } from '../../src/producer/produce-transport.ts';
import type { AbortedTransaction, Decoded } from '../../src/reading/decode-batches.ts';
import { readRecordSet } from '../../src/reading/read-record-set.ts';

const now = 1_790_000_000_000;
const where = { topic: 't', partition: 3 };

async function encode(records: readonly OutboundRecord[], codec: WireCodec = 'none'): Promise<Buffer> {
  const encoded = encodeRecords(records, now);
  const payload = await compress(encoded.data, codec);
  const batch = Buffer.alloc(batchHeaderBytes + payload.length);
  expect(writeBatch(batch, 0, encoded, payload, codecNumbers[codec], crc32c)).toBe(batch.length);
  return batch;
}

const read = (data: Buffer, from = 0, aborted: readonly AbortedTransaction[] = []): Promise<Decoded> =>
  readRecordSet({ ...where, data, from, aborted, highWatermark: 1_000 }, crc32c);
const decode = async (
  data: Buffer,
  from?: number,
  aborted?: readonly AbortedTransaction[],
): Promise<Decoded['records']> => {
  const { records, damage } = await read(data, from, aborted);
  expect(damage).toBeNull();
  return records;
};

/** With a checksum that fits whatever the rest says. */
function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** As a broker has it: with an offset, perhaps of a transaction. */
function stored(batch: Buffer, offset: number, of: { producerId?: number; attributes?: number } = {}): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(offset), 0);
  copy.writeInt16BE(copy.readInt16BE(21) | (of.attributes ?? 0), 21);
  copy.writeBigInt64BE(BigInt(of.producerId ?? -1), 43);
  return sealed(copy);
}

const bytes: fc.Arbitrary<Buffer> = fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data));
const pair: fc.Arbitrary<HeaderPair> = fc.tuple<[string, Buffer | null]>(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.option(bytes),
);
const record: fc.Arbitrary<OutboundRecord> = fc.record({
  topic: fc.constant('t'),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(pair, { maxLength: 6 }),
  timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 20 });
const codecs = fc.constantFrom<WireCodec>('none', 'gzip', 'lz4', 'zstd');
const seen = ({ key, value, headers, timestamp }: Omit<OutboundRecord, 'topic'>): unknown => ({
  key,
  value,
  headers,
  timestamp,
});
const plain = (...values: string[]): OutboundRecord[] =>
  values.map((value) => ({ topic: 't', key: null, value: Buffer.from(value), headers: [] }));
const valuesOf = (found: readonly { readonly value: Buffer | null }[]): string[] =>
  found.map(({ value }) => `${value}`);

describe('record batches', () => {
  it('carry keys, values, times and headers as they are, in every codec we write', async () => {
    await fc.assert(
      fc.asyncProperty(records, codecs, async (sent, codec) => {
        const found = await decode(await encode(sent, codec));
        expect(found.map(seen)).toEqual(sent.map(seen));
        expect(found.map(({ offset, partition }) => [offset, partition])).toEqual(sent.map((_, at) => [at, 3]));
      }),
      { numRuns: 100 },
    );
  });

  it('are read the same by the other driver, checksum included', async () => {
    registerCodecs();
    await fc.assert(
      fc.asyncProperty(records, codecs, async (sent, codec) => {
        const batch = await encode(sent, codec);
        expect(batch.readUInt32BE(17)).toBe(crc32cOfOther(batch.subarray(21)));
        const other = await decodeByOther(new Decoder(batch));
        expect(
          other.records.map(({ key, value, headerPairs, timestamp }) => ({
            key,
            value,
            headers: headerPairs,
            timestamp: Number(timestamp),
          })),
        ).toEqual(sent.map(seen));
      }),
      { numRuns: 40 },
    );
  });

  it('take the time of writing for a record without one', async () => {
    expect((await decode(await encode(plain('a'))))[0]?.timestamp).toBe(now);
  });

  it('have the broker’s time for all records where the topic says so', async () => {
    const appended = stored(await encode([{ ...plain('a')[0], timestamp: 5 } as OutboundRecord]), 0, { attributes: 8 });
    appended.writeBigInt64BE(77n, 35);
    expect((await decode(sealed(appended)))[0]?.timestamp).toBe(77);
  });

  it('leave out what lies before the position asked for', async () => {
    expect(valuesOf(await decode(stored(await encode(plain('a', 'b', 'c')), 10), 11))).toEqual(['b', 'c']);
  });

  it('end at a batch that the answer cuts off', async () => {
    const whole = await encode(plain('a', 'b'));
    const cut = stored(await encode(plain('c')), 2);
    for (const length of [0, 8, 30, batchHeaderBytes, cut.length - 1])
      expect(valuesOf(await decode(Buffer.concat([whole, cut.subarray(0, length)])))).toEqual(['a', 'b']);
  });

  it('go on past a batch that compaction has emptied', async () => {
    const empty = stored(await encode(plain('a')), 0).subarray(0, batchHeaderBytes);
    empty.writeInt32BE(batchHeaderBytes - 12, 8);
    empty.writeInt32BE(9, 23);
    empty.writeInt32BE(0, 57);
    expect(await read(sealed(empty))).toEqual({ records: [], next: 10, damage: null });
  });

  it('of an aborted transaction are left out up to its marker, those of others are not', async () => {
    const marker = (offset: number, producerId: number, type: number): Promise<Buffer> => {
      const key = Buffer.from([0, 0, 0, type]);
      return encode([{ topic: 't', key, value: Buffer.alloc(6), headers: [] }]).then((batch) =>
        stored(batch, offset, { producerId, attributes: 16 | 32 }),
      );
    };
    const inTransaction = async (offset: number, producerId: number, value: string): Promise<Buffer> =>
      stored(await encode(plain(value)), offset, { producerId, attributes: 16 });
    const log = Buffer.concat([
      await inTransaction(0, 7, 'aborted'),
      await inTransaction(1, 8, 'committed'),
      stored(await encode(plain('none')), 2),
      await marker(3, 7, 0),
      await marker(4, 8, 1),
      await inTransaction(5, 7, 'again'),
      await marker(6, 7, 1),
    ]);
    const found = await decode(log, 0, [{ producerId: 7n, firstOffset: 0 }]);
    expect(valuesOf(found)).toEqual(['committed', 'none', 'again']);
  });
});
