import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GroupMember, Producer } from '../../src/broker.ts';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { DeliveryError } from '../../src/errors.ts';
import { readDeadLetter } from '../../src/headers/dead-letter.ts';
import type { Handler } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, type PipelineRig, sendingBy, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, copy, gate, group, input, nothing, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const publish = (count: number, partition?: number): Promise<void> => publishNotes(rig, count, partition);
const committed = (): Promise<(number | null)[]> => committedOffsets(rig);

describe('Kafka being away', () => {
  it('while outputs are sent: they go out in order when it is back, uncounted, and nothing is dead-lettered', async () => {
    let isAway = true;
    const wrapProducer = (producer: Producer): Producer =>
      sendingBy(producer, (record) =>
        isAway && record.topic === output.name
          ? Promise.reject(new DeliveryError('X_DELIVERY_FAILED', 'away', { ambiguous: true, unavailable: true }))
          : producer.send(record),
      );
    let handled = 0;
    const counting: Handler<Note> = (envelope, signal) => {
      handled += 1;
      return copy(envelope, signal);
    };
    const { run } = await rig.start(copier(counting), { wrapProducer });
    for (let number = 0; number < 5; number += 1) await rig.publish(input, { text: '', number }, { key: 'same' });
    await turns();
    for (let round = 0; round < 8; round += 1) {
      rig.clock.advance(5_000);
      await turns();
    }
    // Nothing new is started, and paid for, while its output could not be sent.
    expect(handled).toBe(1);
    isAway = false;
    rig.clock.advance(5_000);
    await run.whenCaughtUp();
    expect(rig.stored(output).map(({ data }) => data.number)).toEqual([0, 1, 2, 3, 4]);
    expect(rig.cluster.records(`dlq.${group}`)).toHaveLength(0);
    expect(handled).toBe(5);
  });

  it('at boot: start waits and goes on by itself', async () => {
    await rig.provision(copier());
    rig.serde.setReachable(false);
    const starting = rig.start(copier());
    await turns();
    rig.serde.setReachable(true);
    for (let round = 0; round < 5; round += 1) {
      rig.clock.advance(500);
      await turns();
    }
    const { run } = await starting;
    await publish(1);
    await run.whenCaughtUp();
    expect(rig.stored(output)).toHaveLength(1);
  });

  it('at boot, and closed before it came back: it never joins', async () => {
    await rig.provision(copier());
    let release: () => void = () => undefined;
    let run: { close(): Promise<void> } | undefined;
    const starting = rig.start(copier(), {
      onCreated: (created) => {
        run = created;
      },
      wrapBroker: (broker) => ({
        ...broker,
        createMember: async (options) => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return broker.createMember(options);
        },
      }),
    });
    await turns();
    await run?.close();
    release();
    await starting;
    // The group is free: another may join it.
    await (await rig.start(copier())).run.drain();
  });

  it('when an output is too large for good, its input is dead-lettered at the step that failed', async () => {
    const { run } = await rig.start(
      copier(({ key }) => ({
        outputs: [{ to: output, key, data: { text: 'x'.repeat(2_000_000), number: 0 } }],
        outcome: { kind: 'emitted' },
      })),
    );
    await publish(1);
    await run.whenCaughtUp();
    const [dead] = rig.cluster.records(`dlq.${group}`);
    expect(readDeadLetter(dead?.headers ?? [])).toMatchObject({ errorCode: 'X_DELIVERY_TOO_LARGE', step: 'produce' });
  });

  it('when even the dead letter is refused, the pipeline halts rather than lose it', async () => {
    const { run, producer } = await rig.start(
      copier(() => {
        throw new CodedError('X_TEST', 'never', { disposition: deadLetter });
      }),
      {
        wrapProducer: (own) =>
          sendingBy(own, (record) =>
            record.topic.startsWith('dlq.')
              ? Promise.reject(
                  new DeliveryError('X_DELIVERY_REFUSED', 'no', { ambiguous: false, disposition: deadLetter }),
                )
              : own.send(record),
          ),
      },
    );
    await publish(1);
    await turns();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_DELIVERY_REFUSED' });
    expect(await committed()).toEqual([0, 0]);
    await producer.close();
  });
});

describe('a rebalance', () => {
  it('waits for what runs, commits it, drops what is queued and starts nothing twice', async () => {
    const { waiting, handle, started } = gate();
    const { run, broker } = await rig.start(copier(handle), { settings: { maxInFlight: 3 } });
    await publish(6, 0);
    await turns();
    expect(started()).toEqual([0, 1, 2]);
    const rebalanced = broker.rebalance(group);
    await turns();
    expect(started()).toEqual([0, 1, 2]);
    for (const { open } of waiting) open();
    await rebalanced;
    expect((await committed())[0]).toBe(3);
    await turns();
    expect(started()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { open } of waiting) open();
    await run.whenCaughtUp();
  });

  it('does not run again what this process finished beyond the commit', async () => {
    const { waiting, handle, started } = gate();
    const { run, broker } = await rig.start(copier(handle));
    await publish(4, 0);
    await turns();
    for (const { number, open } of waiting) if (number !== 0) open();
    await turns();
    const deadline = new AbortController();
    const rebalanced = broker.rebalance(group, deadline.signal);
    await turns();
    deadline.abort();
    await rebalanced;
    await turns();
    expect(started()).toEqual([0, 1, 2, 3, 0]);
    waiting.at(-1)?.open();
    await run.whenCaughtUp();
    await run.drain();
    expect((await committed())[0]).toBe(4);
  });

  it('aborts what does not finish by the deadline, and lets its key wait until it has ended', async () => {
    const started: number[] = [];
    let end: () => void = () => undefined;
    const stubborn: Handler<Note> = async ({ data }) => {
      started.push(data.number);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return nothing;
    };
    const { run, broker } = await rig.start(copier(stubborn));
    await publish(1, 0);
    await turns();
    await broker.rebalance(group, AbortSignal.abort());
    await turns();
    expect(started).toEqual([0]);
    end();
    await turns();
    expect(started).toEqual([0, 0]);
    end();
    await run.whenCaughtUp();
  });
});

describe('a silent coordinator', () => {
  it('lets no handler start, and aborts what looks at its signal, until the heartbeat is back', async () => {
    const { waiting, handle, started } = gate();
    const { run, broker } = await rig.start(copier(handle));
    await publish(1, 0);
    await turns();
    broker.setReachable(false);
    // Longer than the session less its margin, without a timer having had its turn: a frozen process.
    rig.clock.freeze(44_000);
    expect(waiting[0]?.signal.aborted).toBe(true);
    await turns();
    expect(started()).toEqual([0]);
    broker.setReachable(true);
    rig.clock.advance(1_000);
    await turns();
    expect(started()).toEqual([0, 0]);
    waiting[1]?.open();
    await run.whenCaughtUp();
  });

  it('holds back what a handler produced until the heartbeat is back', async () => {
    let finish: () => void = () => undefined;
    const { run, broker } = await rig.start(
      copier(async (envelope, signal) => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return copy(envelope, signal);
      }),
    );
    await publish(1, 0);
    await turns();
    broker.setReachable(false);
    rig.clock.freeze(44_000);
    finish();
    await turns();
    broker.setReachable(true);
    const stale = rig.stored(output).length;
    rig.clock.advance(1_000);
    await run.whenCaughtUp();
    expect([stale, rig.stored(output).length]).toEqual([0, 1]);
  });
});

describe('the watchdog', () => {
  it('ends the process for a handler that runs too long, and never for one that waits to start', async () => {
    const { handle, waiting } = gate();
    const { fatal, run } = await rig.start(copier(handle), { settings: { maxProcessingMs: 10_000, maxInFlight: 1 } });
    run.halt();
    await publish(2, 0);
    await turns();
    rig.clock.advance(60_000);
    expect(fatal).toEqual([]);
    await run.resume();
    await turns();
    rig.clock.advance(9_000);
    expect(fatal).toEqual([]);
    rig.clock.advance(3_000);
    expect(fatal[0]).toMatchObject({ code: 'X_HANDLER_STUCK' });
    expect(waiting[0]?.signal.aborted).toBe(true);
  });

  it('ends the process when the client gives up', async () => {
    let crash: (error: Error) => void = () => undefined;
    const { fatal } = await rig.start(copier(), {
      wrapBroker: (broker) => ({
        ...broker,
        createMember: (options): Promise<GroupMember> => {
          crash = (error) => options.listener.onCrash(error);
          return broker.createMember(options);
        },
      }),
    });
    crash(new Error('gave up'));
    expect(fatal).toEqual([new Error('gave up')]);
  });
});

describe('a drain', () => {
  it('starts nothing, waits for what runs, commits it, and leaves the rest to the next', async () => {
    const { waiting, handle, started } = gate();
    const { run } = await rig.start(copier(handle), { settings: { maxInFlight: 2 } });
    await publish(4, 0);
    await turns();
    const drained = run.drain();
    await turns();
    for (const { open } of waiting) open();
    await drained;
    await run.close();
    expect(started()).toEqual([0, 1]);
    expect((await committed())[0]).toBe(2);
  });

  it('aborts at its deadline and loses nothing', async () => {
    const { handle } = gate();
    const first = await rig.start(copier(handle));
    await publish(2, 0);
    await turns();
    const deadline = new AbortController();
    const drained = first.run.drain(deadline.signal);
    deadline.abort();
    await drained;
    await first.run.close();
    const second = await rig.start(copier());
    await second.run.whenCaughtUp();
    expect(rig.stored(output).map(({ data }) => data.number)).toEqual([0, 1]);
  });

  it('is over at once while a record rests between tries, and may be asked for twice', async () => {
    const { run } = await rig.start(
      copier(() => {
        throw new CodedError('X_TEST', 'again', { disposition: retry(4_000) });
      }),
    );
    await publish(1);
    await turns();
    await Promise.all([run.drain(), run.drain()]);
    await run.close();
    await run.close();
    expect((await committed()).filter((offset) => offset !== null && offset > 0)).toEqual([]);
  });
});
