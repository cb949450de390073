import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeaderPair, InboundRecord } from '../../src/broker.ts';
import {
  type DeadLetterFacts,
  deadLetterHeaderNames,
  deadLetterHeaders,
  errorClasses,
  readDeadLetter,
} from '../../src/headers/dead-letter.ts';
import { type Identity, identityHeaders, readIdentity } from '../../src/headers/identity.ts';
import { laneHeaders } from '../../src/headers/lane.ts';
import { copyHeaders, headerNumber, headerText } from '../../src/headers/pairs.ts';
import { type ReplayFacts, readReplay, replayHeaderNames, replayHeaders } from '../../src/headers/replay.ts';
import { readRetry, retryHeaderNames, retryHeaders, tiers } from '../../src/headers/retry.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const maybeText = fc.option(text);
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const identity: fc.Arbitrary<Identity> = fc.record({
  id: text,
  source: text,
  type: text,
  time: text,
  correlationid: text,
  causationid: maybeText,
  generation: count,
  traceparent: maybeText,
});
const time = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const origin = { topic: text, partition: fc.nat(), offset: count, timestamp: time };
const deadLetter: fc.Arbitrary<DeadLetterFacts> = fc.record({
  id: text,
  group: text,
  service: text,
  version: text,
  step: fc.constantFrom('decode', 'validate', 'handle', 'effect', 'produce'),
  first: fc.record({ ...origin, firstFailedAt: count }),
  errorClass: fc.constantFrom(...errorClasses),
  errorCode: text,
  errorType: text,
  errorMessage: text,
  errorStack: maybeText,
  fingerprint: text,
  attempts: count,
  lastFailedAt: count,
  keySchemaId: fc.option(count),
  valueSchemaId: fc.option(count),
});
const replay: fc.Arbitrary<ReplayFacts> = fc.record({
  job: text,
  of: text,
  mode: text,
  count,
  generation: fc.option(count),
  edited: maybeText,
  actor: maybeText,
});
const bytes: fc.Arbitrary<Buffer | null> = fc.option(fc.uint8Array().map((array) => Buffer.from(array)));
const name = fc.oneof(text, fc.constantFrom('ce_id', 'dlq.id', 'retry.tier', 'replay.job'));
const pairs: fc.Arbitrary<HeaderPair[]> = fc.array(fc.tuple(name, bytes));

describe('header codecs', () => {
  it('read back what they wrote', () => {
    fc.assert(fc.property(identity, (facts) => expect(readIdentity(identityHeaders(facts))).toEqual(facts)));
    fc.assert(fc.property(deadLetter, (facts) => expect(readDeadLetter(deadLetterHeaders(facts))).toEqual(facts)));
    fc.assert(fc.property(replay, (facts) => expect(readReplay(replayHeaders(facts))).toEqual(facts)));
    const retry = fc.record({ attempt: count, notBefore: count, tier: fc.constantFrom(...tiers) });
    fc.assert(fc.property(retry, (facts) => expect(readRetry(retryHeaders(facts))).toEqual(facts)));
  });

  it('never throw on a stranger`s headers', () => {
    fc.assert(
      fc.property(pairs, (headers) => {
        readIdentity(headers);
        readDeadLetter(headers);
        readReplay(headers);
        readRetry(headers);
      }),
    );
  });

  it('write numbers as decimal text and no name that they do not own', () => {
    const facts = fc.sample(deadLetter, 20);
    for (const one of facts) for (const [name] of deadLetterHeaders(one)) expect(deadLetterHeaderNames).toContain(name);
    for (const [name] of replayHeaders(fc.sample(replay, 1)[0] as ReplayFacts))
      expect(replayHeaderNames).toContain(name);
    for (const [name] of retryHeaders({ attempt: 1, notBefore: 2, tier: tiers[0] }))
      expect(retryHeaderNames).toContain(name);
    expect(
      headerText(retryHeaders({ attempt: 1, notBefore: 1_750_000_000_000, tier: tiers[0] }), 'retry.not-before'),
    ).toBe('1750000000000');
  });

  it('read the last of a repeated name, as Kafka does', () => {
    const headers: HeaderPair[] = [
      ['a', Buffer.from('1')],
      ['a', Buffer.from('2')],
      ['b', null],
    ];
    expect(headerText(headers, 'a')).toBe('2');
    expect(headerText(headers, 'b')).toBeNull();
    expect(headerNumber([['a', Buffer.from('1e3')]], 'a')).toBeNull();
  });
});

describe('copyHeaders', () => {
  it('keeps every other pair in order and byte for byte, duplicates and nulls included', () => {
    fc.assert(
      fc.property(pairs, (original) => {
        const replaced = new Set(['dlq.id']);
        const copy = copyHeaders(original, replaced, [['dlq.id', Buffer.from('new')]]);
        expect(copy.slice(0, -1)).toEqual(original.filter(([name]) => name !== 'dlq.id'));
        expect(copy.filter(([name]) => name === 'dlq.id')).toHaveLength(1);
      }),
    );
  });
});

describe('laneHeaders', () => {
  const replayed: ReplayFacts = {
    job: 'j',
    of: 'd',
    mode: 'redrive',
    count: 2,
    generation: null,
    edited: null,
    actor: null,
  };
  const record = (headers: readonly HeaderPair[]): InboundRecord => ({
    topic: 'source',
    partition: 3,
    offset: 7,
    timestamp: 11,
    key: null,
    value: null,
    headers,
  });

  it('keeps the origin that a dead letter states and replaces an earlier job', () => {
    fc.assert(
      fc.property(deadLetter, (facts) => {
        const first = [...deadLetterHeaders(facts), ...replayHeaders({ ...replayed, job: 'older', count: 1 })];
        const copy = laneHeaders(record(first), replayed);
        expect(readDeadLetter(copy)).toEqual(facts);
        expect(readReplay(copy)).toEqual(replayed);
      }),
    );
  });

  it('gives a record of a source topic its own position as origin', () => {
    const copy = laneHeaders(record([['x', null]]), replayed);
    expect(copy[0]).toEqual(['x', null]);
    expect([
      headerText(copy, 'dlq.topic'),
      headerNumber(copy, 'dlq.partition'),
      headerNumber(copy, 'dlq.offset'),
    ]).toEqual(['source', 3, 7]);
  });
});
