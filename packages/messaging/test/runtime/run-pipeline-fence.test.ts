import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Handler } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, type PipelineRig, sendingBy, turns } from '../../src/testing/index.ts';
import { copier, copy, input, output } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

describe('a process that wakes up after it was frozen past its session', () => {
  /** Its heartbeat is as old as its sleep was long, until it is answered again. */
  async function aSleeper(handle: Handler<Note>) {
    let isAsleep = false;
    let wasAsleep = false;
    const sleeper = await rig.start(copier(handle), {
      wrapBroker: (broker) => ({
        ...broker,
        createMember: async (member) => {
          const made = await broker.createMember(member);
          return { ...made, lastHeartbeatAt: () => (isAsleep ? Number.NEGATIVE_INFINITY : made.lastHeartbeatAt()) };
        },
      }),
      wrapProducer: (producer) =>
        sendingBy(producer, (record, signal) => {
          const sent = producer.send(record, signal);
          if (record.topic === output.name && !wasAsleep) isAsleep = wasAsleep = true;
          return sent;
        }),
    });
    return {
      ...sleeper,
      sleep: () => {
        isAsleep = wasAsleep = true;
      },
      isHeard: () => {
        isAsleep = false;
      },
    };
  }

  it('lets nothing leave that waited in the producer, and sends it once its group has answered', async () => {
    const { run, isHeard } = await aSleeper(copy);
    await rig.publish(input, { text: '', number: 0 });
    await turns();
    expect(rig.stored(output)).toHaveLength(0);
    rig.clock.advance(200);
    await turns();
    expect(rig.stored(output)).toHaveLength(0);
    isHeard();
    rig.clock.advance(5_000);
    await run.whenCaughtUp();
    expect(rig.stored(output)).toHaveLength(1);
  });

  it('tells those who wait for the abort and never look, in its first timer', async () => {
    let told: unknown = null;
    const { sleep, isHeard } = await aSleeper(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            told = signal.reason;
            reject(signal.reason);
          });
        }),
    );
    await rig.publish(input, { text: '', number: 0 });
    await turns();
    sleep();
    rig.clock.advance(1_000);
    expect(told).toMatchObject({ code: 'X_HEARTBEAT_STALE' });
    isHeard();
  });
});
