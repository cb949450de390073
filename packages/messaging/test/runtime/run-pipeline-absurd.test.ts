import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, retryWaitsMs } from '@millrace/contracts';
import type { HeaderPair, OutboundRecord } from '../../src/broker.ts';
import { CodedError, deadLetter } from '../../src/disposition.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import { identityHeaders } from '../../src/headers/identity.ts';
import { laneHeaders } from '../../src/headers/lane.ts';
import { isoTime } from '../../src/iso-time.ts';
import { createPipelineRig, type PipelineRig, type RigProcess, turns } from '../../src/testing/index.ts';
import { copier, copy, group, input, output } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const firstTier = groupTopics(group).retry[retryTiers[0]];
const text = (name: string, value: string): HeaderPair => [name, Buffer.from(value)];
const latest = Number.MAX_SAFE_INTEGER;

/** A record as a stranger may write it: nothing of it is ours. */
async function write(record: Partial<OutboundRecord>): Promise<void> {
  const producer = await rig.cluster.createProducer();
  const value = rig.serde.encode(input, { text: '', number: 0 });
  await producer.send({ topic: input.name, partition: 0, key: Buffer.from('k'), value, headers: [], ...record });
}

const deadLetters = () =>
  rig.cluster.records(`dlq.${group}`).map(({ headers, value }) => ({ ...readDeadLetter(headers), value }));

/** What is written after it in the same partition and under the same key still gets through. */
async function goesOn({ run, fatal }: RigProcess): Promise<void> {
  await rig.publish(input, { text: 'next', number: 1 }, { key: 'k', partition: 0 });
  await run.whenCaughtUp();
  expect(fatal).toEqual([]);
  expect(run.state().state).toBe('running');
  expect(rig.stored(output).filter(({ data }) => data.text === 'next')).toHaveLength(1);
}

describe('a record whose time no date can say', () => {
  for (const timestamp of [8.64e15 + 1, -8.64e15 - 1, latest, -latest]) {
    it(`(${timestamp}) becomes one dead letter with a reason, and its partition goes on`, async () => {
      const process = await rig.start(copier());
      await write({ timestamp });
      await goesOn(process);
      expect(deadLetters()).toMatchObject([{ errorCode: 'X_DECODE_TIME', step: 'decode', first: { timestamp } }]);
    });
  }

  it('becomes a dead letter as well where its schema has to be looked up first', async () => {
    const value = rig.serde.encode(input, { text: '', number: 0 });
    const decode = rig.serde.decode.bind(rig.serde);
    const serde = { ...rig.serde, decode: (async (...asked: Parameters<typeof decode>) => decode(...asked)) as never };
    const process = await rig.start(copier(), { serde });
    await write({ timestamp: latest, value });
    await goesOn(process);
    expect(deadLetters()).toMatchObject([{ errorCode: 'X_DECODE_TIME' }]);
  });

  it('is handled where it states its own', async () => {
    const process = await rig.start(copier());
    const time = '2026-01-01T00:00:00Z';
    const identity = { id: 'e', source: 's', type: 't', correlationid: 'c', causationid: null, generation: 0 };
    await write({ timestamp: latest, headers: identityHeaders({ ...identity, time, traceparent: null }) });
    await goesOn(process);
    expect(rig.stored(output)[0]?.identity.time).toBe(time);
  });

  it('stays a dead letter when it is redriven, and its redrive is acknowledged', async () => {
    const process = await rig.start(copier());
    await write({ timestamp: -latest });
    await process.run.whenCaughtUp();
    const [record] = rig.cluster.records(`dlq.${group}`);
    if (record === undefined) throw new Error('no dead letter');
    const replay = { job: 'j', of: 'd', mode: 'redrive', count: 1, generation: null, edited: null, actor: null };
    await write({ topic: `lane.${group}`, timestamp: 0, headers: laneHeaders(record, replay) });
    await goesOn(process);
    expect(deadLetters().map(({ errorCode }) => errorCode)).toEqual(['X_DECODE_TIME', 'X_DECODE_TIME']);
  });
});

describe('a ce_time that a stranger wrote', () => {
  const writtenAt = Date.parse('2026-11-20T12:00:00Z');
  const timesOf = async (stated: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const process = await rig.start(copier());
    for (const time of stated) await write({ timestamp: writtenAt, headers: [text('ce_time', time)] });
    await goesOn(process);
    return rig
      .stored(output)
      .filter(({ data }) => data.text !== 'next')
      .map(({ identity }) => identity.time ?? undefined);
  };

  it('is passed on as ISO 8601 in UTC, in whatever unit and form it came', async () => {
    const stated = ['2026-11-20T08:00:00Z', '2026-11-20t09:00:00.123456789+01:00', '1795161600', '1795161600123000000'];
    expect(await timesOf(stated)).toEqual([
      '2026-11-20T08:00:00Z',
      '2026-11-20T08:00:00.123Z',
      '2026-11-20T08:00:00.000Z',
      '2026-11-20T08:00:00.123Z',
    ]);
  });

  it('counts as not stated where it is no time, so that the log’s own is passed on', async () => {
    const stated = ['yesterday', '2026-02-30T00:00:00.000Z', '+275760-09-13T00:00:00Z', '1e30', '-1', '0001-01-01'];
    expect(await timesOf(stated)).toEqual(stated.map(() => '2026-11-20T12:00:00.000Z'));
  });
});

describe('a copy in a tier or lane with headers that we never wrote', () => {
  const identity = [text('ce_id', 'e'), text('ce_time', 'yesterday'), text('ce_generation', '-3')];
  const place = [text('dlq.topic', input.name), text('dlq.partition', '0'), text('dlq.offset', '0')];
  const absurd: Readonly<Record<string, readonly HeaderPair[]>> = {
    'a time of its first failure that no date can say': [...place, text('dlq.timestamp', String(latest))],
    'a partition that Kafka cannot have': [
      text('dlq.topic', input.name),
      text('dlq.partition', String(latest)),
      text('dlq.offset', '0'),
    ],
    'an attempt beyond counting': [...place, text('retry.attempt', String(latest)), text('retry.tier', retryTiers[0])],
    'numbers that are none': [
      ...place,
      text('dlq.timestamp', 'NaN'),
      text('retry.attempt', '1e9'),
      text('dlq.attempts', '-1'),
      text('replay.count', '0x10'),
    ],
    'names twice and names without a value': [...place, ['retry.attempt', null], ['dlq.topic', null], ...identity],
    'a job without anything else': [text('replay.job', ''), text('replay.mode', 'nonsense')],
  };
  for (const [what, headers] of Object.entries(absurd)) {
    for (const topic of [firstTier, `lane.${group}`]) {
      it(`(${what}, in ${topic}) ends in one output or one dead letter`, async () => {
        const process = await rig.start(copier());
        await write({ topic, headers });
        await turns();
        await goesOn(process);
        expect(rig.stored(output).length + deadLetters().length).toBe(2);
      });
    }
    it(`(${what}) ends in one dead letter when it fails`, async () => {
      const process = await rig.start(
        copier((envelope, signal) => {
          if (envelope.data.text === 'next') return copy(envelope, signal);
          throw new CodedError('X_TEST', 'never', { disposition: deadLetter });
        }),
      );
      await write({ topic: `lane.${group}`, headers });
      await goesOn(process);
      expect(deadLetters()).toHaveLength(1);
    });
  }

  it('waits no longer than its tier, and holds nothing back that comes after it', async () => {
    const process = await rig.start(copier());
    const headers = [...place, text('retry.not-before', String(latest)), text('retry.tier', retryTiers[0])];
    await write({ topic: firstTier, headers });
    await write({ topic: firstTier, headers: [...place, text('retry.not-before', '0')] });
    await turns();
    expect(rig.stored(output)).toHaveLength(0);
    rig.clock.advance(retryWaitsMs[retryTiers[0]]);
    await goesOn(process);
    expect(rig.stored(output)).toHaveLength(3);
  });
});

describe('a record without a key or a value', () => {
  it('is handled without the one, and becomes a dead letter without the other', async () => {
    const process = await rig.start(copier());
    await write({ key: null });
    await write({ key: Buffer.alloc(0) });
    await write({ value: null });
    await write({ value: Buffer.alloc(0) });
    await goesOn(process);
    expect(deadLetters().map(({ errorCode }) => errorCode)).toEqual(['X_DECODE_EMPTY', 'X_SERDE_DECODE']);
    expect(rig.stored(output)).toHaveLength(3);
  });
});

describe('isoTime', () => {
  it('shows any number that Kafka may state as a time', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
    for (const ms of [latest, -latest, Number.POSITIVE_INFINITY]) expect(isoTime(ms)).toMatch(/Z$/);
    expect(isoTime(Number.NaN)).toBe('1970-01-01T00:00:00.000Z');
  });
});
