import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { retryTiers, topics } from '@millrace/contracts';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import { laneHeaders } from '../../src/headers/lane.ts';
import { deadLetterId } from '../../src/ids.ts';
import { createPipelineRig, type PipelineRig, sendingBy, turns } from '../../src/testing/index.ts';
import { copier, copy, group, input, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const publish = (count: number): Promise<void> => publishNotes(rig, count);

describe('the lane', () => {
  const redriven = async (dead: number, count: number, generation: number | null = null): Promise<void> => {
    const record = rig.cluster.records(`dlq.${group}`)[dead];
    if (record === undefined) throw new Error('no dead letter');
    const producer = await rig.cluster.createProducer();
    const of = readDeadLetter(record.headers)?.id ?? '';
    const replay = { job: 'job-1', of, mode: 'redrive', count, generation, edited: null, actor: 'op' };
    await producer.send({
      topic: `lane.${group}`,
      partition: record.partition,
      key: record.key,
      value: record.value,
      headers: laneHeaders(record, replay),
    });
  };
  const acks = () => rig.stored(topics.opsReplayAck).map(({ data }) => data);

  it('takes a redriven record, acknowledges it to the job, and gives its outputs the ids of the first time', async () => {
    let isBroken = true;
    const { run } = await rig.start(
      copier((envelope, signal) => {
        if (isBroken) throw new CodedError('X_TEST', 'never', { disposition: deadLetter });
        return copy(envelope, signal);
      }),
    );
    await publish(1);
    await run.whenCaughtUp();
    isBroken = false;
    await redriven(0, 1);
    await run.whenCaughtUp();
    expect(acks()).toMatchObject([{ job: 'job-1', group, outcome: 'emitted', code: null, eventId: 'e0' }]);
    expect(acks()[0]?.dlqId).toBe(readDeadLetter(rig.cluster.records(`dlq.${group}`)[0]?.headers ?? [])?.id);
    const [stored] = rig.stored(output);
    expect(stored?.identity).toMatchObject({ causationid: 'e0', generation: 0 });
    expect(stored?.record.headers.map(([name]) => name)).toContain('replay.job');
  });

  it('skips the tiers when it fails again: a new dead letter of the same origin, and the job knows', async () => {
    const { run } = await rig.start(
      copier(() => {
        throw new CodedError('X_TEST', 'again and again', { disposition: retry() });
      }),
      { settings: { inProcessTries: 0, retryWaitsMs: retryTiers.map(() => 1) } },
    );
    const origin = await rig.publish(input, { text: '', number: 0 }, { id: 'e0', partition: 1 });
    const tries = retryTiers.length + 1;
    for (let tried = 0; tried < tries; tried += 1) {
      await turns();
      rig.clock.advance(1);
    }
    await run.whenCaughtUp();
    await redriven(0, 1);
    await run.whenCaughtUp();
    const dead = rig.cluster.records(`dlq.${group}`).map(({ headers }) => readDeadLetter(headers));
    expect(dead.map((facts) => facts?.id)).toEqual([deadLetterId(group, origin, 0), deadLetterId(group, origin, 1)]);
    expect(dead.map((facts) => facts?.attempts)).toEqual([tries, tries + 1]);
    expect(dead[1]?.first).toEqual(dead[0]?.first);
    expect(acks()).toMatchObject([{ outcome: 'failed-again', code: 'X_TEST' }]);
  });

  it('is not acknowledged as done when Kafka refuses an output of it', async () => {
    const { run } = await rig.start(copier(), {
      wrapProducer: (producer) =>
        sendingBy(producer, (record) =>
          record.topic === output.name
            ? Promise.reject(new CodedError('X_DELIVERY_TOO_LARGE', 'too large', { disposition: deadLetter }))
            : producer.send(record),
        ),
    });
    await publish(1);
    await run.whenCaughtUp();
    await redriven(0, 1);
    await run.whenCaughtUp();
    expect(acks()).toMatchObject([{ outcome: 'failed-again', code: 'X_DELIVERY_TOO_LARGE', eventId: 'e0' }]);
  });

  it('gives outputs the job`s own generation where it has one', async () => {
    let isBroken = true;
    const { run } = await rig.start(
      copier((envelope, signal) => {
        if (isBroken) throw new CodedError('X_TEST', 'never', { disposition: deadLetter });
        return copy(envelope, signal);
      }),
    );
    await publish(1);
    await run.whenCaughtUp();
    isBroken = false;
    await redriven(0, 1, 7);
    await run.whenCaughtUp();
    expect(rig.stored(output)[0]?.identity.generation).toBe(7);
  });
});

describe('how it stands', () => {
  it('is published whenever it changes', async () => {
    const { run } = await rig.start(copier());
    run.halt('X_TEST');
    await run.resume();
    await turns();
    const states = rig.stored(topics.opsPipelines).map(({ data }) => [data.group, data.state, data.code]);
    expect(states.at(-1)).toEqual([group, 'running', null]);
    expect(states.length).toBeGreaterThanOrEqual(2);
  });
});
