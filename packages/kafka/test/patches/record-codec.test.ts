import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import encodeRecords from 'kafkajs/src/protocol/recordBatch/record/v0/encodeRecords.js';
import decodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import recordBatch from 'kafkajs/src/protocol/recordBatch/v0/index.js';
import packRequest from 'kafkajs/src/protocol/request.js';

interface Sample {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer | null])[] | Record<string, unknown>;
}

async function roundTrip(
  samples: readonly Sample[],
  firstTimestamp = 1_700_000_000_000,
): ReturnType<typeof decodeBatch> {
  const records = samples.map((sample, at) => ({ ...sample, offsetDelta: at, timestampDelta: at * 1_000 }));
  const { buffer } = await recordBatch.RecordBatch({
    compression: 0,
    records: { length: records.length, encoded: encodeRecords(records) },
    firstTimestamp,
    maxTimestamp: firstTimestamp + (samples.length - 1) * 1_000,
    lastOffsetDelta: samples.length - 1,
  });
  return decodeBatch(new Decoder(buffer));
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data));
const sample = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.tuple(fc.string({ maxLength: 20 }), fc.option(bytes)), { maxLength: 6 }),
});

describe('patch: record codec', () => {
  it('carries keys, values and headers as they are: order, duplicates, empties and nulls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 20 }), async (samples) => {
        const { records } = await roundTrip(samples);
        expect(records.map(({ key, value, headerPairs }) => ({ key, value, headers: headerPairs }))).toEqual(
          samples.map(({ key, value, headers }) => ({ key, value, headers })),
        );
        expect(records.map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
          samples.map((_, at) => [String(at), String(1_700_000_000_000 + at * 1_000)]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('still takes and gives the client’s own object form', async () => {
    const { records } = await roundTrip([{ key: null, value: null, headers: { a: Buffer.from('1'), b: ['2', '3'] } }]);
    expect(records[0]?.headers).toEqual({ a: Buffer.from('1'), b: [Buffer.from('2'), Buffer.from('3')] });
  });

  it('writes a timestamp far from the batch’s first exactly', async () => {
    const delta = 2 ** 45;
    const { buffer } = await recordBatch.RecordBatch({
      compression: 0,
      records: {
        length: 1,
        encoded: encodeRecords([{ key: null, value: null, offsetDelta: 0, timestampDelta: delta }]),
      },
      firstTimestamp: 7,
      maxTimestamp: 7 + delta,
    });
    const { records } = await decodeBatch(new Decoder(buffer));
    expect(records[0]?.timestamp).toBe(String(7 + delta));
  });

  it('computes CRC-32C: the check value of the standard, and bit by bit for every length', () => {
    expect(crc32C(Buffer.from('123456789'))).toBe(0xe3069283);
    for (let length = 0; length < 70; length++) {
      const data = Buffer.from(Array.from({ length }, (_, at) => (at * 37 + length) & 255));
      expect(crc32C(data)).toBe(bitwise(data));
    }
  });

  it.each([null, '', 'client', 'clïent'])(
    'puts a request of client %j together: its length, its head, its payload',
    async (clientId) => {
      for (const size of [0, 10, 600, 70_000]) {
        const payload = Buffer.alloc(size, 'p');
        const encode = async (): Promise<Encoder> => new Encoder().writeBuffer(payload);
        const request = { apiKey: 3, apiVersion: 1, encode };
        const { buffer } = await packRequest({ correlationId: 7, clientId, request });
        const decoder = new Decoder(buffer);
        expect(decoder.readInt32()).toBe(buffer.length - 4);
        expect([decoder.readInt16(), decoder.readInt16(), decoder.readInt32()]).toEqual([3, 1, 7]);
        expect(decoder.readString()).toBe(clientId);
        expect(decoder.readAll().equals(payload)).toBe(true);
      }
    },
  );
});

function bitwise(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
