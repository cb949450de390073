import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, type RetryTier, retryTiers, retryWaitsMs } from '@millrace/contracts';
import { CodedError, deadLetter, halt, retry } from '../../src/disposition.ts';
import type { Envelope } from '../../src/envelope.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import { readRetry } from '../../src/headers/retry.ts';
import { deadLetterId, outputId } from '../../src/ids.ts';
import { type Handler, type Pipeline, pipeline } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '../../src/testing/index.ts';
import { childTraceparent } from '../../src/trace-context.ts';

const input = noteTopic('notes.in', 2);
const output = noteTopic('notes.out', 2);
const group = 'copier.notes';

const copy: Handler<Note> = ({ data, key }) => ({
  outputs: [{ to: output, key, data }],
  outcome: { kind: 'emitted' },
});
const copier = (handle: Handler<Note> = copy, options: Partial<Pipeline<Note>> = {}): Pipeline<Note> =>
  pipeline<Note>({ name: 'copy', group, from: [input], handle, to: [output], ...options });
const failing =
  (error: Error): Handler<Note> =>
  () => {
    throw error;
  };
const coded = (disposition: CodedError['disposition'], unavailable = false): CodedError =>
  new CodedError('X_TEST_FAILED', 'it failed for a reason', { disposition, step: 'effect', unavailable });

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

describe('a pipeline', () => {
  it('gives every output a derived id, the parent`s correlation, generation and trace, and the parent as its cause', async () => {
    const { run } = await rig.start(copier());
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await rig.publish(input, { text: 'a', number: 1 }, { id: 'p', correlationid: 'c', generation: 3, traceparent });
    await run.whenCaughtUp();
    const [stored] = rig.stored(output);
    expect(stored?.data).toEqual({ text: 'a', number: 1 });
    expect(stored?.identity).toEqual({
      id: outputId('p', 'copy', 'notes.out', 0, 3),
      source: 'rig',
      type: 'notes.out',
      time: new Date(rig.clock.now()).toISOString(),
      correlationid: 'c',
      causationid: 'p',
      generation: 3,
      traceparent: childTraceparent(traceparent, outputId('p', 'copy', 'notes.out', 0, 3)),
    });
  });

  it('commits what is finished when it drains, and a successor goes on after it', async () => {
    const first = await rig.start(copier());
    for (let number = 0; number < 50; number += 1)
      await rig.publish(input, { text: 'a', number }, { key: `k${number}` });
    await first.run.whenCaughtUp();
    await first.run.drain();
    await first.run.close();
    const committed = await rig.cluster.admin.committed(group, [input.name]);
    expect(committed.reduce((sum, one) => sum + (one.committed?.offset ?? 0), 0)).toBe(50);
    const second = await rig.start(copier());
    await second.run.whenCaughtUp();
    expect(rig.stored(output)).toHaveLength(50);
  });

  it('commits every interval and whenever enough is finished', async () => {
    const { run } = await rig.start(copier(), { settings: { commitRecords: 10 } });
    for (let number = 0; number < 12; number += 1) await rig.publish(input, { text: 'a', number }, { partition: 0 });
    await run.whenCaughtUp();
    await turns();
    const committed = async (): Promise<number | undefined> =>
      (await rig.cluster.admin.committed(group, [input.name]))[0]?.committed?.offset;
    expect(await committed()).toBeGreaterThanOrEqual(10);
    rig.clock.advance(1_000);
    await turns();
    expect(await committed()).toBe(12);
  });

  it('runs the records of one key one after another and different keys side by side', async () => {
    const started: string[] = [];
    const release = new Map<string, () => void>();
    const { run } = await rig.start(
      copier(async ({ key, data }) => {
        started.push(`${key}${data.number}`);
        await new Promise<void>((resolve) => release.set(`${key}${data.number}`, resolve));
        return { outputs: [], outcome: { kind: 'delivered' } };
      }),
    );
    for (const [key, number] of [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['a', 3],
      ['b', 2],
    ] as const) {
      await rig.publish(input, { text: '', number }, { key, partition: 0 });
    }
    await turns();
    expect(started).toEqual(['a1', 'b1']);
    release.get('a1')?.();
    await turns();
    expect(started).toEqual(['a1', 'b1', 'a2']);
    for (const name of ['b1', 'a2', 'b2', 'a3']) {
      release.get(name)?.();
      await turns();
    }
    await run.whenCaughtUp();
    expect(started).toHaveLength(5);
  });

  it('runs no more handlers at once than it may', async () => {
    let running = 0;
    let most = 0;
    const { run } = await rig.start(
      copier(async () => {
        running += 1;
        most = Math.max(most, running);
        await turns(1);
        running -= 1;
        return { outputs: [], outcome: { kind: 'delivered' } };
      }),
      { settings: { maxInFlight: 7 } },
    );
    await Promise.all(
      Array.from({ length: 100 }, (_, number) => rig.publish(input, { text: '', number }, { key: `k${number}` })),
    );
    await run.whenCaughtUp();
    expect(most).toBe(7);
  });

  it('pauses a partition above its high mark and resumes it under half', async () => {
    const release: (() => void)[] = [];
    const { run } = await rig.start(
      copier(async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return { outputs: [], outcome: { kind: 'delivered' } };
      }),
      { settings: { highWaterRecords: 10, maxInFlight: 1_000 } },
    );
    for (let number = 0; number < 11; number += 1)
      await rig.publish(input, { text: '', number }, { key: `k${number}`, partition: 0 });
    await turns();
    expect(release).toHaveLength(11);
    await rig.publish(input, { text: '', number: 11 }, { key: 'late', partition: 0 });
    await turns();
    expect(release).toHaveLength(11);
    for (const call of release.splice(0, 6)) call();
    await turns();
    expect(release).toHaveLength(6);
    for (const call of release) call();
    await run.whenCaughtUp();
  });

  it('fetches no further than its window while the oldest record is unfinished', async () => {
    let finish: () => void = () => undefined;
    let handled = 0;
    const stuck = copier(({ data }) => {
      handled += 1;
      if (data.number > 0) return { outputs: [], outcome: { kind: 'delivered' } };
      return new Promise((resolve) => {
        finish = () => resolve({ outputs: [], outcome: { kind: 'delivered' } });
      });
    });
    const { run } = await rig.start(stuck);
    const total = 18_000;
    await Promise.all(
      Array.from({ length: total }, (_, number) =>
        rig.publish(input, { text: '', number }, { key: `k${number}`, partition: 0 }),
      ),
    );
    await turns(200);
    expect(handled).toBeGreaterThanOrEqual(16_384);
    expect(handled).toBeLessThan(16_384 + 500);
    finish();
    await run.whenCaughtUp();
    expect(handled).toBe(total);
  });

  it('refuses an output topic that it does not declare', async () => {
    const { run } = await rig.start(copier(copy, { to: [] }));
    await rig.publish(input, { text: '', number: 1 });
    await run.whenCaughtUp();
    const facts = readDeadLetter(rig.cluster.records(`dlq.${group}`)[0]?.headers ?? []);
    expect(facts).toMatchObject({ errorCode: 'X_OUTPUT_TOPIC', step: 'produce' });
  });

  it('gives a stranger`s record without identity one id for ever', async () => {
    const seen: Envelope<Note>[] = [];
    const { run } = await rig.start(
      copier((envelope) => {
        seen.push(envelope);
        return { outputs: [], outcome: { kind: 'delivered' } };
      }),
    );
    const producer = await rig.cluster.createProducer();
    const value = rig.serde.encode(input, { text: '', number: 1 });
    await producer.send({ topic: input.name, partition: 0, key: null, value, headers: [] });
    await run.whenCaughtUp();
    expect(seen[0]).toMatchObject({ correlationid: seen[0]?.id, causationid: null, generation: 0, key: '' });
  });
});

describe('a failing record', () => {
  it('is tried again in the process, and an error that passes leaves no trace', async () => {
    let tries = 0;
    const { run } = await rig.start(
      copier((envelope, signal) => {
        tries += 1;
        if (tries < 3) throw coded(retry());
        return copy(envelope, signal);
      }),
    );
    await rig.publish(input, { text: '', number: 1 });
    await turns();
    expect(tries).toBe(1);
    rig.clock.advance(100);
    await turns();
    rig.clock.advance(500);
    await run.whenCaughtUp();
    expect([
      tries,
      rig.stored(output).length,
      rig.cluster.records(groupTopics(group).retry[retryTiers[0]]).length,
    ]).toEqual([3, 1, 0]);
  });

  it('passes each tier once, waits there until it is due, then dead-letters with its origin', async () => {
    let tries = 0;
    await rig.start(
      copier(() => {
        tries += 1;
        throw coded(retry());
      }),
      { settings: { inProcessTries: 0 } },
    );
    const position = await rig.publish(input, { text: '', number: 1 }, { id: 'e' });
    const firstFailedAt = rig.clock.now();
    for (const tier of retryTiers) {
      const ms = retryWaitsMs[tier];
      await turns();
      const [record] = rig.cluster.records(groupTopics(group).retry[tier]);
      expect(readRetry(record?.headers ?? [])).toMatchObject({ tier, notBefore: rig.clock.now() + ms });
      const before = tries;
      rig.clock.advance(ms - 1);
      await turns();
      expect(tries).toBe(before);
      rig.clock.advance(1);
    }
    await turns();
    expect(tries).toBe(retryTiers.length + 1);
    const [dead] = rig.cluster.records(`dlq.${group}`);
    expect(readDeadLetter(dead?.headers ?? [])).toMatchObject({
      id: deadLetterId(group, position, 0),
      group,
      service: 'copier',
      step: 'effect',
      first: { ...position, firstFailedAt },
      errorClass: 'TRANSIENT_EXHAUSTED',
      errorCode: 'X_TEST_FAILED',
      attempts: retryTiers.length + 1,
      lastFailedAt: rig.clock.now(),
      valueSchemaId: 1,
    });
    expect(dead?.partition).toBe(position.partition);
  });

  it('goes to a tier at least as long as the destination asked, and passes the last one uncounted beyond it', async () => {
    const last = retryTiers.at(-1) ?? retryTiers[0];
    const before = retryTiers.at(-2) ?? last;
    let afterMs = retryWaitsMs[before];
    await rig.start(copier(() => failing(coded(retry(afterMs)))({} as never, {} as never)));
    await rig.publish(input, { text: '', number: 1 });
    await turns();
    const headers = (tier: RetryTier, at: number) =>
      readRetry(rig.cluster.records(groupTopics(group).retry[tier])[at]?.headers ?? []);
    expect(headers(before, 0)).toMatchObject({ attempt: 1 });
    afterMs = 2 * retryWaitsMs[last];
    rig.clock.advance(retryWaitsMs[before]);
    await turns();
    expect(headers(last, 0)).toMatchObject({ attempt: 1 });
    rig.clock.advance(retryWaitsMs[last]);
    await turns();
    expect(headers(last, 1)).toMatchObject({ attempt: 1 });
  });

  it('is dead-lettered at once when it can never work, with its bytes and headers as they were', async () => {
    const { run } = await rig.start(copier(failing(coded(deadLetter))));
    const producer = await rig.cluster.createProducer();
    const headers = [
      ['x', Buffer.from([0, 255])],
      ['x', null],
      ['dlq.note', Buffer.from('a stranger`s own')],
      ['ce_id', Buffer.from('e')],
    ] as const;
    const value = rig.serde.encode(input, { text: 'ü', number: 1 });
    const key = Buffer.from([1, 2, 3]);
    await producer.send({ topic: input.name, partition: 1, key, value, headers });
    await run.whenCaughtUp();
    const [dead] = rig.cluster.records(`dlq.${group}`);
    expect(dead?.key).toEqual(key);
    expect(dead?.value).toEqual(value);
    expect(dead?.headers.slice(0, headers.length)).toEqual(headers);
  });

  it('is dead-lettered as raw bytes when it does not decode', async () => {
    const { run } = await rig.start(copier());
    const producer = await rig.cluster.createProducer();
    const values = [Buffer.from([1, 2, 3]), Buffer.from([0, 0, 0, 3, 231, 1]), null];
    for (const value of values) await producer.send({ topic: input.name, partition: 0, key: null, value, headers: [] });
    await run.whenCaughtUp();
    const dead = rig.cluster.records(`dlq.${group}`);
    expect(dead.map((record) => record.value)).toEqual(values);
    expect(dead.map((record) => readDeadLetter(record.headers)?.errorCode)).toEqual([
      'X_SERDE_DECODE',
      'X_SERDE_DECODE',
      'X_DECODE_EMPTY',
    ]);
    expect(readDeadLetter(dead[1]?.headers ?? [])).toMatchObject({
      step: 'decode',
      errorClass: 'POISON',
      valueSchemaId: 999,
    });
  });

  it('halts the pipeline alone when no record could work, and goes on where it stopped', async () => {
    let isWrong = true;
    let lifted = 0;
    const { run } = await rig.start(
      copier((envelope, signal) => {
        if (isWrong) throw coded(halt);
        return copy(envelope, signal);
      }),
      {
        beforeResume: () => {
          lifted += 1;
        },
      },
    );
    for (let number = 0; number < 5; number += 1) await rig.publish(input, { text: '', number });
    await turns();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_TEST_FAILED' });
    expect(run.isReady()).toBe(false);
    expect(rig.cluster.records(`dlq.${group}`)).toHaveLength(0);
    isWrong = false;
    await run.resume();
    await run.whenCaughtUp();
    expect(rig.stored(output).map(({ data }) => data.number)).toEqual([0, 1, 2, 3, 4]);
    expect([lifted, run.state().state]).toEqual([1, 'running']);
  });
});
