import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import type { Broker } from '../../src/broker.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import type { Handler } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, type PipelineRig, type RigProcess, turns } from '../../src/testing/index.ts';
import { copier, copy, group, input, output } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const heartbeatMs = 3_000;
/** Longer than any session. */
const blockMs = 60_000;
const number = (topic: string) => rig.cluster.records(topic).length;
const deadLetters = () => rig.cluster.records(`dlq.${group}`).map(({ headers }) => readDeadLetter(headers));

/** Heartbeats by a timer, as a client sends them: none while the loop stands still. */
function heartbeats(broker: Broker): Broker {
  return {
    ...broker,
    createMember: async (options) => {
      const member = await broker.createMember(options);
      let last = rig.clock.monotonic();
      const beat = (): void => {
        const sentAt = member.lastHeartbeatAt();
        // The answer comes when the loop has turned.
        setImmediate(() => {
          last = sentAt;
        });
        rig.clock.after(heartbeatMs, beat);
      };
      beat();
      return { ...member, lastHeartbeatAt: () => last };
    },
  };
}

/** Its handlers may block. After each of them the timers have their turn. */
class Process {
  readonly started: number[] = [];
  readonly #process: RigProcess;

  static async start(handle: Handler<Note>, settings = {}): Promise<Process> {
    const started: number[] = [];
    const noting: Handler<Note> = (envelope, signal) => {
      started.push(envelope.data.number);
      return handle(envelope, signal);
    };
    return new Process(started, await rig.start(copier(noting), { wrapBroker: heartbeats, settings }));
  }

  constructor(started: number[], process: RigProcess) {
    this.started = started;
    this.#process = process;
  }

  get fatal(): readonly Error[] {
    return this.#process.fatal;
  }

  times(wanted: number): number {
    return this.started.filter((one) => one === wanted).length;
  }

  /** Until everything is finished. */
  async pass(): Promise<void> {
    for (let second = 0; second < 120; second += 1) {
      await turns();
      rig.clock.advance(1_000);
    }
    await this.#process.run.whenCaughtUp();
  }

  /** What the group does to a member that it heard nothing of for a session. */
  async isGivenUp(): Promise<void> {
    await this.#process.broker.rebalance(group, AbortSignal.abort());
  }
}

const publish = async (...numbers: readonly number[]): Promise<void> => {
  for (const one of numbers)
    await rig.publish(input, { text: '', number: one }, { key: `k${one}`, id: `e${one}`, partition: 0 });
};

const blocker = 1;
const block = (signal: AbortSignal): void => {
  rig.clock.freeze(blockMs);
  signal.throwIfAborted();
};

describe('a record whose handler blocks the event loop until its group would give it up', () => {
  const ways: Readonly<Record<string, Handler<Note>>> = {
    'at once': (envelope, signal) => {
      if (envelope.data.number === blocker) block(signal);
      return copy(envelope, signal);
    },
    'after something that it waited for': async (envelope, signal) => {
      await turns(2);
      if (envelope.data.number === blocker) block(signal);
      else await turns(2);
      signal.throwIfAborted();
      return copy(envelope, signal);
    },
    'in many short parts, and the loop never turns between': async (envelope, signal) => {
      await turns(2);
      for (let part = 0; part < 40; part += 1) {
        if (envelope.data.number === blocker) rig.clock.freeze(1_500);
        await Promise.resolve();
      }
      signal.throwIfAborted();
      return copy(envelope, signal);
    },
    'in the last part of what it does': async (envelope, signal) => {
      await turns(2);
      if (envelope.data.number === blocker) rig.clock.freeze(blockMs);
      if (signal.aborted) throw new Error('a library that was told to stop');
      return copy(envelope, signal);
    },
  };
  for (const [way, handle] of Object.entries(ways)) {
    it(`(${way}) is a dead letter after three times, and nobody who was in flight is counted`, async () => {
      const process = await Process.start(handle, { inProcessTries: 0 });
      await publish(0, blocker, 2, 3);
      await process.pass();
      expect(deadLetters()).toMatchObject([{ errorCode: 'X_HANDLER_BLOCKED', attempts: 1, first: { offset: 1 } }]);
      expect(
        rig
          .stored(output)
          .map(({ data }) => data.number)
          .toSorted(),
      ).toEqual([0, 2, 3]);
      expect(number(groupTopics(group).retry[retryTiers[0]])).toBe(0);
      expect(process.times(blocker)).toBeLessThanOrEqual(4);
      expect(process.fatal).toEqual([]);
    });
  }

  it('is counted also when the group gives its partition away each time', async () => {
    let isBlocked = false;
    const process = await Process.start(async (envelope, signal) => {
      await turns(2);
      if (envelope.data.number === blocker) {
        rig.clock.freeze(blockMs);
        isBlocked = true;
      }
      return copy(envelope, signal);
    });
    await publish(0, blocker, 2);
    for (let assignment = 0; assignment < 8; assignment += 1) {
      for (let turn = 0; turn < 100 && !isBlocked && deadLetters().length === 0; turn += 1) {
        await turns(1);
        rig.clock.advance(100);
      }
      if (!isBlocked) break;
      isBlocked = false;
      rig.clock.advance(0);
      await process.isGivenUp();
    }
    await process.pass();
    expect(deadLetters()).toMatchObject([{ errorCode: 'X_HANDLER_BLOCKED', first: { offset: 1 } }]);
    expect(process.times(blocker)).toBeLessThanOrEqual(4);
  });

  it('leaves another that finishes in spite of it its result', async () => {
    const process = await Process.start((envelope, signal) => {
      if (envelope.data.number === blocker) rig.clock.freeze(10_000);
      return copy(envelope, signal);
    });
    await publish(0, blocker, 2);
    await process.pass();
    expect([process.started, deadLetters()]).toEqual([[0, blocker, 2], []]);
  });
});

describe('a heartbeat that is late for another reason', () => {
  it('counts against nobody while Kafka is silent, however often', async () => {
    let isBlocked = true;
    const process = await Process.start(async (envelope, signal) => {
      for (let turn = 0; isBlocked && turn < 100_000; turn += 1) {
        await turns(1);
        signal.throwIfAborted();
      }
      return copy(envelope, signal);
    });
    await publish(0, 1);
    await turns();
    isBlocked = true;
    for (let silence = 0; silence < 5; silence += 1) {
      rig.cluster.setReachable(false);
      await process.pass().catch(() => undefined);
      rig.cluster.setReachable(true);
    }
    isBlocked = false;
    await process.pass();
    expect(deadLetters()).toEqual([]);
    expect(rig.stored(output)).toHaveLength(2);
  });

  it('counts against nobody when the process was frozen from outside', async () => {
    let isFrozen = true;
    const process = await Process.start(async (envelope, signal) => {
      while (isFrozen) {
        await turns(1);
        signal.throwIfAborted();
      }
      return copy(envelope, signal);
    });
    await publish(0, 1, 2);
    await turns();
    for (let freeze = 0; freeze < 2; freeze += 1) {
      rig.clock.freeze(blockMs);
      rig.clock.advance(5_000);
      await turns();
    }
    isFrozen = false;
    await process.pass();
    expect(deadLetters()).toEqual([]);
    expect(rig.stored(output)).toHaveLength(3);
  });
});
