import { describe, expect, it } from '@jest/globals';
import { deadLetterHeaders, type HeaderPair, replayHeaders } from '@millrace/messaging';
import fc from 'fast-check';
import { deadLetterRow } from '../src/index/dead-letter.ts';
import { aRecord, headersOf } from './support/records.ts';

const facts = deadLetterHeaders({
  id: 'd1',
  group: 'g',
  service: 's',
  version: 'v',
  step: 'effect',
  first: { topic: 'tickets.enriched.v1', partition: 3, offset: 17, timestamp: 5, firstFailedAt: 6 },
  errorClass: 'POISON',
  errorCode: 'X_T',
  errorType: 'CodedError',
  errorMessage: 'no channel',
  errorStack: null,
  fingerprint: 'f1',
  attempts: 4,
  lastFailedAt: 7,
  keySchemaId: null,
  valueSchemaId: 2,
});
const replayed = (count: number): HeaderPair[] =>
  replayHeaders({ job: 'j', of: 'd0', mode: 'redrive', count, generation: null, edited: null, actor: null });

describe('deadLetterRow', () => {
  it('keeps where the record first stood, why it failed and who it is', () => {
    const row = deadLetterRow(
      aRecord({
        topic: 'dlq.g',
        partition: 3,
        offset: 9,
        headers: [...headersOf('e1', { correlationid: 'c1' }), ...facts],
      }),
      'g',
    );
    expect(row).toMatchObject({
      dlq_id: 'd1',
      status: 'UNRESOLVED',
      code: 'X_T',
      fingerprint: 'f1',
      origin_topic: 'tickets.enriched.v1',
      origin_partition: 3,
      origin_offset: 17,
      topic: 'dlq.g',
      offset: 9,
      event_id: 'e1',
      correlation_id: 'c1',
      attempts: 4,
      failed_at: 7,
      replay_count: 0,
    });
  });

  it('keeps keys apart that no text can hold, and cuts what no index takes', () => {
    const keys = [[0], [0xff], [0xfe], [0xed, 0xa0, 0xbd]].map((bytes) => Buffer.from(bytes));
    const rows = keys.map((key) => deadLetterRow(aRecord({ key, headers: facts }), 'g'));
    expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
    const long = 'é'.repeat(5_000);
    const row = deadLetterRow(
      aRecord({ key: Buffer.from(long), headers: headersOf(long, { correlationid: long }) }),
      'g',
    );
    for (const text of [row.key, row.event_id, row.correlation_id])
      expect(Buffer.byteLength(text ?? '')).toBeLessThan(2_100);
  });

  it('parks what failed after its third redrive, and remembers what it came of', () => {
    expect(deadLetterRow(aRecord({ headers: [...facts, ...replayed(2)] }), 'g')).toMatchObject({
      status: 'UNRESOLVED',
      replay_of: 'd0',
    });
    expect(deadLetterRow(aRecord({ headers: [...facts, ...replayed(3)] }), 'g')).toMatchObject({
      status: 'PARKED',
      replay_count: 3,
    });
  });

  it('gives a foreign record an id of its own place, the same each time', () => {
    const [one, again, next] = [1, 1, 2].map((offset) => deadLetterRow(aRecord({ offset }), 'g'));
    expect(one).toEqual(again);
    expect(one).toMatchObject({ code: 'X_DLQ_FOREIGN', origin_topic: 't', origin_offset: 1 });
    expect(next?.dlq_id).not.toBe(one?.dlq_id);
  });

  it('counts no further and names nothing longer than an index of Postgres can hold', () => {
    const long = 'é'.repeat(3_000);
    const texts: [string, string][] = [
      ['dlq.id', long],
      ['dlq.fingerprint', long],
      ['dlq.attempts', String(Number.MAX_SAFE_INTEGER)],
      ['dlq.hold', long],
      ['dlq.held-at', '3'],
      ['replay.job', 'j'],
      ['replay.of', long],
      ['replay.count', String(Number.MAX_SAFE_INTEGER)],
      ['ce_correlationid', long],
    ];
    const headers = [...facts, ...texts.map(([name, value]): HeaderPair => [name, Buffer.from(value)])];
    const row = deadLetterRow(aRecord({ headers }), 'g');
    const { dlq_id, fingerprint, correlation_id, replay_of, hold, attempts, replay_count } = row;
    for (const name of [dlq_id, fingerprint, correlation_id, replay_of, hold])
      expect(Buffer.byteLength(name ?? '')).toBeLessThan(2_704);
    expect([dlq_id, attempts, replay_count]).toEqual([replay_of, 2 ** 31 - 1, 2 ** 31 - 1]);
    expect(deadLetterRow(aRecord({ headers }), 'g')).toEqual(row);
  });

  it('makes a row that Postgres can hold of any headers and key', () => {
    const names = fc.constantFrom(
      'dlq.id',
      'dlq.topic',
      'dlq.partition',
      'dlq.offset',
      'dlq.error-message',
      'replay.count',
      'replay.of',
      'dlq.attempts',
      'ce_id',
      'x',
    );
    const headers = fc.array(fc.tuple(names, fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes)))));
    fc.assert(
      fc.property(headers, fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))), (given, key) => {
        const text = JSON.stringify(deadLetterRow(aRecord({ headers: given, key }), 'g'));
        expect(text).not.toContain('\\u0000');
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});
