import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { retryTiers, retryWaitsMs } from '@millrace/contracts';
import { CodedError, deadLetter, retry } from '../../src/disposition.ts';
import { createPipelineRig, type PipelineRig, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, copy, gate, group, input, nothing, output, publishNotes } from './copier.ts';
import { aKeeper, group as keepers, input as kept, never } from './keeper.ts';

const firstWaitMs = retryWaitsMs[retryTiers[0]];

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const setOffsets = (...offsets: readonly number[]): Promise<void> =>
  rig.cluster.admin.setOffsets(
    group,
    offsets.map((offset, partition) => ({ topic: input.name, partition, offset })),
  );
const copied = (): readonly number[] => rig.stored(output).map(({ data }) => data.number);

/** What was copied since it was told the last time, smallest first. */
function copiedSince(): () => readonly number[] {
  const known = new Map<number, number>();
  return () => {
    const fresh = copied().filter((number) => {
      const seen = known.get(number) ?? 0;
      known.set(number, seen - 1);
      return seen <= 0;
    });
    known.clear();
    for (const number of copied()) known.set(number, (known.get(number) ?? 0) + 1);
    return fresh.toSorted((one, other) => one - other);
  };
}

describe('a pipeline whose offsets an operator sets', () => {
  it('goes on where they were set, whatever it knew of what it had finished', async () => {
    const { run } = await rig.start(copier());
    await publishNotes(rig, 10, 0);
    await run.whenCaughtUp();
    const since = copiedSince();
    since();
    run.halt();
    await expect(setOffsets(7)).rejects.toMatchObject({ code: 'X_GROUP_NOT_EMPTY' });
    await run.leave();
    await setOffsets(7);
    expect([run.state().state, run.isReady()]).toEqual(['halted', false]);
    await run.resume();
    await run.whenCaughtUp();
    expect(since()).toEqual([7, 8, 9]);
    expect([run.state().state, run.isReady()]).toEqual(['running', true]);
  });

  it('passes over what lies before them, also what it had already read', async () => {
    const { run } = await rig.start(copier());
    run.halt();
    await publishNotes(rig, 10, 0);
    await turns();
    await run.leave();
    await setOffsets(8);
    await run.resume();
    await run.whenCaughtUp();
    expect(copied().toSorted()).toEqual([8, 9]);
  });

  it('commits what runs before it leaves, and starts nothing meanwhile', async () => {
    const { waiting, handle, started } = gate();
    const { run } = await rig.start(copier(handle), { settings: { maxInFlight: 2 } });
    await publishNotes(rig, 5, 0);
    await turns();
    const left = run.leave();
    await turns();
    expect(started()).toHaveLength(2);
    for (const { open } of waiting) open();
    await left;
    expect((await committedOffsets(rig))[0]).toBe(2);
    expect((await rig.cluster.admin.describeGroups([group]))[0]?.members).toBe(0);
    expect(started()).toHaveLength(2);
  });

  it('aborts what does not finish in time, and runs it again from where it was told to', async () => {
    const { waiting, handle } = gate();
    const { run } = await rig.start(copier(handle));
    await publishNotes(rig, 1, 0);
    await turns();
    const left = run.leave();
    await turns();
    rig.clock.advance(10_000);
    await turns();
    rig.clock.advance(2_000);
    await left;
    expect(waiting[0]?.signal.aborted).toBe(true);
    await run.resume();
    await turns();
    expect(waiting).toHaveLength(2);
    waiting[1]?.open();
    await run.whenCaughtUp();
  });

  it('leaves once what it waits for is over when it is resumed meanwhile, and joins again', async () => {
    const { waiting, handle } = gate();
    const { run } = await rig.start(copier(handle));
    await publishNotes(rig, 2, 0);
    await turns();
    const left = run.leave();
    const resumed = run.resume();
    await turns();
    for (const { open } of waiting) open();
    await Promise.all([left, resumed]);
    await turns();
    await run.whenCaughtUp();
    expect([run.state().state, waiting.length]).toEqual(['running', 2]);
  });

  it('stays out of its group when its process starts again, until it is resumed', async () => {
    const first = await rig.start(copier());
    await publishNotes(rig, 4, 0);
    await first.run.whenCaughtUp();
    const since = copiedSince();
    since();
    await first.run.leave();
    await first.crash();
    const { run, fatal } = await rig.start(copier(), { onCreated: (made) => void made.leave() });
    expect((await rig.cluster.admin.describeGroups([group]))[0]?.members).toBe(0);
    await setOffsets(3);
    expect([run.state(), fatal]).toEqual([{ state: 'halted', code: 'X_PIPELINE_HALTED' }, []]);
    await run.resume();
    await run.whenCaughtUp();
    expect(since()).toEqual([3]);
  });

  it('goes on after its offsets were lost, without a record that the operator passed over', async () => {
    const first = await rig.start(copier());
    await publishNotes(rig, 10, 0);
    await first.run.whenCaughtUp();
    const since = copiedSince();
    since();
    await first.run.drain();
    await first.run.close();
    await publishNotes(rig, 5, 0);
    rig.cluster.expireOffsets(group);
    rig.cluster.cut(input.name, 8);
    const { run } = await rig.start(copier());
    expect(run.state().code).toBe('X_GROUP_OFFSETS_LOST');
    await run.leave();
    await setOffsets(12, 0);
    await run.resume();
    await run.whenCaughtUp();
    expect(since()).toEqual([2, 3, 4]);
  });

  it('goes on after its offset was no longer in the log', async () => {
    await rig.provision(copier());
    await publishNotes(rig, 10, 0);
    rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 2 });
    rig.cluster.cut(input.name, 5);
    const { run, fatal } = await rig.start(copier());
    await turns();
    expect([run.state().code, fatal]).toEqual(['X_KAFKA_OFFSET_OUT_OF_RANGE', []]);
    await run.leave();
    await setOffsets(6);
    await run.resume();
    await run.whenCaughtUp();
    expect([copied().toSorted(), run.isReady()]).toEqual([[6, 7, 8, 9], true]);
  });

  it('keeps what waits in its tiers, and brings it back once', async () => {
    const failing = new Set([1]);
    const tried: number[] = [];
    const { run } = await rig.start(
      copier((envelope, signal) => {
        tried.push(envelope.data.number);
        if (failing.delete(envelope.data.number))
          throw new CodedError('X_T', 'later', { disposition: retry(firstWaitMs) });
        return copy(envelope, signal);
      }),
      { settings: { inProcessTries: 0 } },
    );
    await publishNotes(rig, 3, 0);
    await turns();
    await run.leave();
    await setOffsets(3);
    await run.resume();
    await turns();
    rig.clock.advance(firstWaitMs + 1_000);
    await turns();
    await run.whenCaughtUp();
    expect(tried.toSorted()).toEqual([0, 1, 1, 2]);
  });

  it('writes a dead letter that it wrote before under the same id', async () => {
    const { run } = await rig.start(
      copier(() => {
        throw new CodedError('X_T', 'never', { disposition: deadLetter });
      }),
    );
    await publishNotes(rig, 1, 0);
    await run.whenCaughtUp();
    await run.leave();
    await setOffsets(0);
    await run.resume();
    await run.whenCaughtUp();
    const ids = rig.cluster
      .records(`dlq.${group}`)
      .map(({ headers }) => headers.find(([name]) => name === 'dlq.id')?.[1]?.toString());
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });
});

describe('a pipeline that holds keys, sent back', () => {
  it('keeps their lines as they were while the first of them fails, and releases them in order once it does not', async () => {
    const k = aKeeper();
    k.broken.set('a1', never);
    const { run } = await k.start('hold-key');
    await k.publish('b1', 'a1', 'a2', 'b2', 'a3');
    await run.whenCaughtUp();
    const before = k.dead();
    const back = async (): Promise<void> => {
      await run.leave();
      await k.rig.cluster.admin.setOffsets(keepers, [{ topic: kept.name, partition: 0, offset: 0 }]);
      await run.resume();
      await run.whenCaughtUp();
    };
    await back();
    const again = k.dead().slice(before.length);
    expect(again.map(({ id, at }) => [id, at])).toEqual(before.map(({ id, at }) => [id, at]));
    k.broken.clear();
    await back();
    expect(k.applied.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    await k.publish('a4');
    await run.whenCaughtUp();
    expect(k.applied.at(-1)).toBe('a4');
    await k.rig.close();
  });
});

describe('a pipeline whose rate an operator bounds', () => {
  it('starts so many per second from the first on, in order, and more at once when the bound is lifted', async () => {
    const started: number[] = [];
    const { run } = await rig.start(
      copier(({ data }) => {
        started.push(data.number);
        return nothing;
      }),
      { onCreated: (made) => made.setRate(4) },
    );
    for (let number = 0; number < 100; number += 1)
      await rig.publish(input, { text: '', number }, { key: 'one', id: `e${number}` });
    for (let quarter = 1; quarter <= 40; quarter += 1) {
      rig.clock.advance(250);
      await turns();
      expect(started).toHaveLength(quarter);
    }
    expect(started).toEqual(Array.from({ length: 40 }, (_, number) => number));
    run.setRate(null);
    await turns();
    expect(started).toHaveLength(100);
    await run.whenCaughtUp();
  });

  it('is neither stuck, halted nor out of its group for it, however slow, and fetches no more than it may hold', async () => {
    const { run, fatal } = await rig.start(copier(), {
      settings: { maxProcessingMs: 1_000, highWaterRecords: 20 },
      onCreated: (made) => made.setRate(0.01),
    });
    await publishNotes(rig, 100, 0);
    for (let seconds = 0; seconds < 3_600; seconds += 10) {
      rig.clock.advance(10_000);
      await turns();
    }
    expect([copied().length, run.state().state, run.isReady(), fatal]).toEqual([36, 'running', true, []]);
    expect(await rig.metrics.registry.metrics()).toContain(
      'paused_partitions{group="copier.notes",cause="backpressure"} 1',
    );
    run.setRate(null);
    await run.whenCaughtUp();
    expect(copied()).toHaveLength(100);
  });

  it('counts each try, and brings back what a tier holds when both are due', async () => {
    const tried: number[] = [];
    const { run } = await rig.start(
      copier((envelope, signal) => {
        tried.push(envelope.data.number);
        if (tried.length === 1) throw new CodedError('X_T', 'later', { disposition: retry(firstWaitMs) });
        return copy(envelope, signal);
      }),
      { settings: { inProcessTries: 0 }, onCreated: (made) => made.setRate(1) },
    );
    await publishNotes(rig, 2, 0);
    for (let second = 0; second < firstWaitMs / 1_000 + 10; second += 1) {
      rig.clock.advance(1_000);
      await turns();
    }
    expect(tried).toEqual([0, 1, 0]);
    await run.whenCaughtUp();
  });

  it('keeps to its rate over a rebalance', async () => {
    const { run, broker } = await rig.start(copier(), { onCreated: (made) => made.setRate(2) });
    await publishNotes(rig, 50);
    for (let half = 0; half < 20; half += 1) {
      if (half % 3 === 0) await broker.rebalance(group);
      await turns();
      rig.clock.advance(500);
      await turns();
    }
    expect(copied().length).toBeGreaterThan(15);
    expect(copied().length).toBeLessThanOrEqual(21);
    run.setRate(null);
    await run.whenCaughtUp();
    expect(copied()).toHaveLength(50);
  });
});
