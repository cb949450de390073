import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, GroupMember } from '../../src/broker.ts';
import { CodedError, halt, retry } from '../../src/disposition.ts';
import { createPipelineRig, type PipelineRig, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, gate, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const publish = (count: number, partition?: number): Promise<void> => publishNotes(rig, count, partition);
const committed = (): Promise<(number | null)[]> => committedOffsets(rig);

describe('a crash', () => {
  it('between handling and committing gives the record again, and its output the same id', async () => {
    const first = await rig.start(copier());
    await publish(3);
    await first.run.whenCaughtUp();
    await first.crash();
    const second = await rig.start(copier());
    await second.run.whenCaughtUp();
    const ids = rig.stored(output).map(({ identity }) => identity.id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(3);
  });

  it('starts again at the oldest unfinished record, and skips what was finished behind it', async () => {
    const { waiting, handle } = gate();
    const first = await rig.start(copier(handle));
    await publish(11, 0);
    await turns();
    for (const { number, open } of waiting) if (number !== 5) open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    expect((await committed())[0]).toBe(5);
    await first.crash();
    const again = gate();
    await rig.start(copier(again.handle));
    await turns();
    expect(again.started()).toEqual([5]);
  });

  it('repeats everything behind the oldest unfinished record where a commit cannot say what is finished', async () => {
    const { waiting, handle } = gate();
    const plain = (broker: Broker): Broker => ({
      ...broker,
      capabilities: { ...broker.capabilities, commitMetadata: false },
    });
    const first = await rig.start(copier(handle), { wrapBroker: plain });
    await publish(4, 0);
    await turns();
    for (const { number, open } of waiting) if (number !== 1) open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    await first.crash();
    const again = gate();
    await rig.start(copier(again.handle));
    await turns();
    expect(again.started()).toEqual([1, 2, 3]);
  });

  it('after a crash forgets nothing of what the first knew, though little of it was read again', async () => {
    const { waiting, handle } = gate();
    const settings = { highWaterRecords: 40 };
    const first = await rig.start(copier(handle), { settings });
    await publish(40, 0);
    await turns();
    for (const { number, open } of waiting) if (number % 10 !== 0) open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    await first.crash();
    // Of what comes again it finishes the first only, and dies before the rest.
    const second = gate();
    const again = await rig.start(copier(second.handle), { settings: { maxInFlight: 1 } });
    await turns();
    expect(second.started()).toEqual([0]);
    second.waiting[0]?.open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    await again.crash();
    const third = gate();
    await rig.start(copier(third.handle));
    await turns();
    expect(third.started()).toEqual([10, 20, 30]);
  });

  it('is told the offsets all the same when the brokers refuse so much metadata', async () => {
    const { waiting, handle } = gate();
    let refused = 0;
    const strict = (broker: Broker): Broker => ({
      ...broker,
      createMember: async (options): Promise<GroupMember> => {
        const member = await broker.createMember(options);
        return {
          ...member,
          commit: (offsets) => {
            if (offsets.every(({ metadata = '' }) => metadata === '')) return member.commit(offsets);
            refused += 1;
            const disposition = retry();
            return Promise.reject(new CodedError('X_COMMIT_METADATA_TOO_LARGE', 'too large', { disposition }));
          },
        };
      },
    });
    await rig.start(copier(handle), { wrapBroker: strict });
    await publish(6, 0);
    await turns();
    for (const { number, open } of waiting) if (number !== 3) open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    expect([refused, (await committed())[0]]).toEqual([1, 3]);
    rig.clock.advance(1_000);
    await turns();
    expect(refused).toBe(1);
  });
});

describe('a membership that ends for a reason which an operator must mend', () => {
  const reason = new CodedError('X_KAFKA_OFFSET_OUT_OF_RANGE', 'the log has no such offset', { disposition: halt });

  it('halts the pipeline alone; resume joins anew, from what is committed then', async () => {
    const { waiting, handle, started } = gate();
    const members: GroupMember[] = [];
    let crash: (error: Error) => void = () => undefined;
    const { run, fatal } = await rig.start(copier(handle), {
      wrapBroker: (broker) => ({
        ...broker,
        createMember: async (options): Promise<GroupMember> => {
          crash = (error) => options.listener.onCrash(error);
          const member = await broker.createMember(options);
          members.push(member);
          return member;
        },
      }),
    });
    await publish(4, 0);
    await turns();
    waiting[0]?.open();
    await turns();
    rig.clock.advance(1_000);
    await turns();
    await members[0]?.close();
    crash(reason);
    await turns();
    expect(fatal).toEqual([]);
    expect(run.state()).toEqual({ state: 'halted', code: 'X_KAFKA_OFFSET_OUT_OF_RANGE' });
    expect(run.isReady()).toBe(false);
    expect(waiting[1]?.signal.aborted).toBe(true);
    rig.clock.advance(5_000);
    await turns();
    expect(started()).toEqual([0, 1, 2, 3]);

    await run.resume();
    await turns();
    expect(run.state()).toEqual({ state: 'running', code: null });
    expect(run.isReady()).toBe(true);
    expect(members).toHaveLength(2);
    expect(started().slice(4)).toEqual([1, 2, 3]);
    for (const { open } of waiting) open();
    await run.whenCaughtUp();
    rig.clock.advance(1_000);
    await turns();
    expect((await committed())[0]).toBe(4);
  });

  it('halts again when it ends again, and can be drained and closed meanwhile', async () => {
    let crash: (error: Error) => void = () => undefined;
    let members = 0;
    const { run, fatal } = await rig.start(copier(), {
      wrapBroker: (broker) => ({
        ...broker,
        createMember: async (options): Promise<GroupMember> => {
          members += 1;
          crash = (error) => options.listener.onCrash(error);
          const member = await broker.createMember(options);
          return members === 2 ? { ...member, start: () => Promise.reject(reason) } : member;
        },
      }),
    });
    crash(reason);
    await turns();
    // The second fails while it joins, the third after.
    await run.resume();
    await turns();
    expect(run.state().state).toBe('halted');
    await run.resume();
    await turns();
    crash(reason);
    await turns();
    expect([members, fatal.length, run.state().state]).toEqual([3, 0, 'halted']);
    await run.drain();
    await run.close();
  });
});
