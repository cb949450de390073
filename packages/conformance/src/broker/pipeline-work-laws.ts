import { describe, expect } from '@jest/globals';
import { groupTopics } from '@millrace/contracts';
import { type Broker, CodedError, decodeFinished, type Handler, halt } from '@millrace/messaging';
import type { Note } from '@millrace/messaging/testing';
import { eventually, law } from '../harness.ts';
import type { BrokerLawContext } from './context.ts';
import { pipelineLawTools } from './pipeline-tools.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A pipeline whose handlers take their time: how much runs at once, what waits for what, and who has what when members change. */
export function pipelineWorkLaws(context: BrokerLawContext): void {
  const { broker, harness, group, subject } = context;
  const { makeTopics, start, publish, read, copyTo } = pipelineLawTools(context);

  /** What the group has as finished: below each committed offset, and in the metadata beyond it. */
  const finishedOf = async (members: string, topic: string): Promise<number> => {
    const committed = await broker().admin.committed(members, [topic]);
    return committed.reduce(
      (sum, { committed: one }) =>
        one === null ? sum : sum + one.offset + decodeFinished(one.metadata, one.offset).size,
      0,
    );
  };

  /** A pipeline whose handlers of keys that begin with `slow` do not end before they are released. */
  const withSlowKeys = async (settings: Parameters<typeof start>[4]) => {
    const members = group();
    const made = await makeTopics(members);
    const finished: { readonly key: string; readonly number: number }[] = [];
    const open: (() => void)[] = [];
    let isSlow = true;
    const handle: Handler<Note> = async ({ key, data }) => {
      if (key.startsWith('slow') && isSlow) await new Promise<void>((resolve) => open.push(resolve));
      finished.push({ key, number: data.number });
      return { outputs: [], outcome: { kind: 'delivered' } };
    };
    const one = await start(broker(), members, made, handle, settings);
    const release = (): void => {
      isSlow = false;
      for (const call of open) call();
    };
    return { one, input: made.input, open, finished, release };
  };

  describe('pipeline at work', () => {
    law('runs hundreds of keys at once, each in its order, with handlers of 200 ms', async () => {
      const members = group();
      const made = await makeTopics(members);
      const keys = 300;
      await publish(made.input, keys * 3, (at) => `k${at % keys}`);
      let running = 0;
      let most = 0;
      const last = new Map<string, number>();
      const faults: string[] = [];
      const busy = new Set<string>();
      const one = await start(
        broker(),
        members,
        made,
        async ({ key, data }) => {
          if (busy.has(key) || (last.get(key) ?? -1) >= data.number) faults.push(`${key}: ${data.number}`);
          busy.add(key);
          last.set(key, data.number);
          running += 1;
          most = Math.max(most, running);
          await wait(200);
          running -= 1;
          busy.delete(key);
          return { outputs: [], outcome: { kind: 'delivered' } };
        },
        { maxInFlight: keys },
      );
      await eventually(
        () => last.size === keys && [...last.values()].every((number) => number >= keys * 2),
        () => last.size,
      );
      await one.run.whenCaughtUp();
      expect(faults).toEqual([]);
      expect(most).toBeGreaterThan(keys * 0.8);
      expect(most).toBeLessThanOrEqual(keys);
      await one.stop();
    });

    law('keeps room for a partition while the slow handlers of another take all that there is', async () => {
      const { one, input, open, finished, release } = await withSlowKeys({ maxInFlight: 20 });
      await publish(input, 200, (at) => `slow-${at}`, 0);
      await eventually(
        () => open.length > 10,
        () => open.length,
      );
      await publish(input, 50, (at) => `quick-${at}`, 1);
      await eventually(
        () => finished.length === 50,
        () => finished.length,
      );
      release();
      await one.run.whenCaughtUp();
      expect(new Set(finished.map(({ key }) => key)).size).toBe(250);
      await one.stop();
    });

    law('lets no partition wait for a slow one, also when that one is full and paused', async () => {
      const { one, input, open, finished, release } = await withSlowKeys({ highWaterRecords: 20, maxInFlight: 10 });
      await publish(input, 100, () => 'slow', 0);
      await eventually(() => open.length === 1);
      await publish(input, 400, (at) => `k${at}`, 1);
      await eventually(
        () => finished.length === 400,
        () => finished.length,
      );
      release();
      await one.run.whenCaughtUp();
      expect(finished.slice(400).map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, at) => at));
      await one.stop();
    });

    law(
      'has nothing running, and has flushed and committed all that it finished, before it asks to join again',
      async () => {
        const members = group();
        const made = await makeTopics(members);
        await publish(made.input, 200, (at) => `k${at}`);
        let running = 0;
        let finished = 0;
        const seen: (readonly number[])[] = [];
        const watched: Broker = {
          ...broker(),
          createMember: ({ listener, ...member }) =>
            broker().createMember({
              ...member,
              listener: {
                onAssigned: (assignment) => listener.onAssigned(assignment),
                onRecords: (records) => listener.onRecords(records),
                onCrash: (error) => listener.onCrash(error),
                onUnreadable: (at, error) => listener.onUnreadable(at, error),
                async beforeRejoin(deadline) {
                  await listener.beforeRejoin(deadline);
                  const outputs = (await read(made.output.name)).length;
                  seen.push([running, outputs - finished, (await finishedOf(members, made.input.name)) - finished]);
                },
              },
            }),
        };
        const handle: Handler<Note> = async (envelope, signal) => {
          running += 1;
          await wait(300 + (envelope.data.number % 5) * 100);
          running -= 1;
          finished += 1;
          return copyTo(made.output)(envelope, signal);
        };
        // Nothing is committed but by the barrier.
        const settings = { maxInFlight: 40, commitIntervalMs: 3_600_000, commitRecords: 1_000_000 };
        const one = await start(watched, members, made, handle, settings);
        await eventually(() => finished > 60 && running > 20);
        await harness().rebalance?.(broker(), members);
        await eventually(() => seen.length > 0);
        expect(seen).toEqual([[0, 0, 0]]);
        await one.run.whenCaughtUp();
        expect([finished, (await read(made.output.name)).length]).toEqual([200, 200]);
        await one.stop();
      },
      subject.can.rebalance ? false : 'declares can.rebalance: false',
    );

    law(
      'never runs a message on two members, nor twice, while members with long handlers come and go',
      async () => {
        const records = 400;
        const members = group();
        const made = await makeTopics(members, 6);
        await publish(made.input, records, (at) => `k${at}`);
        const startedBy = new Map<string, number[]>();
        const running = new Set<number>();
        const overlaps: number[] = [];
        const join = async (name: string) => {
          const started: number[] = [];
          startedBy.set(name, started);
          const process = await harness().connect();
          const handle: Handler<Note> = async (envelope, signal) => {
            const { number } = envelope.data;
            started.push(number);
            if (running.has(number)) overlaps.push(number);
            running.add(number);
            await wait(200 + (number % 7) * 100);
            running.delete(number);
            return copyTo(made.output)(envelope, signal);
          };
          const member = await start(process, members, made, handle, { maxInFlight: 20, commitIntervalMs: 500 });
          return { ...member, name, works: () => eventually(() => started.length > 20), process };
        };
        const [one, two] = [await join('one'), await join('two')];
        await one.works();
        await two.works();
        const three = await join('three');
        await three.works();
        await two.stop();
        await two.process.close();
        const all = (): number[] => [...startedBy.values()].flat();
        await eventually(
          () => new Set(all()).size === records && running.size === 0,
          () => [...startedBy].map(([name, started]) => [name, started.length]),
        );
        await Promise.all([one.run.whenCaughtUp(), three.run.whenCaughtUp()]);
        expect(overlaps).toEqual([]);
        expect(all()).toHaveLength(records);
        expect(await read(made.output.name)).toHaveLength(records);
        for (const left of [one, three]) {
          await left.stop();
          await left.process.close();
        }
      },
      subject.capabilities.groups ? false : 'declares groups: false',
    );

    law('halts alone when no message could work, and goes on where it stopped when it is resumed', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 10, (at) => `k${at}`);
      let isRefused = true;
      let refused = 0;
      const one = await start(broker(), members, made, (envelope, signal) => {
        if (!isRefused) return copyTo(made.output)(envelope, signal);
        refused += 1;
        throw new CodedError('X_LAW_PASSWORD', 'the password is wrong', { disposition: halt });
      });
      await eventually(() => one.run.state().state === 'halted');
      expect([one.run.state().code, one.run.isReady()]).toEqual(['X_LAW_PASSWORD', false]);
      const tried = refused;
      await publish(made.input, 10, (at) => `later${at}`);
      await eventually(async () => (await one.run.lag()).reduce((sum, { records }) => sum + records, 0) === 20);
      expect([refused, await finishedOf(members, made.input.name)]).toEqual([tried, 0]);
      isRefused = false;
      await one.run.resume();
      await one.run.whenCaughtUp();
      const { retry, dlq } = groupTopics(members);
      const copies = await Promise.all([...Object.values(retry), dlq].map(read));
      expect([(await read(made.output.name)).length, copies.flat().length]).toEqual([20, 0]);
      await one.stop();
    });

    law(
      'counts what was compacted away as finished',
      async () => {
        const members = group();
        const made = await makeTopics(members, 1, { 'cleanup.policy': 'compact' });
        await publish(made.input, 12, (at) => `k${at % 4}`);
        await harness().compact?.(made.input.name);
        const started: number[] = [];
        const one = await start(broker(), members, made, ({ data }) => {
          started.push(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        });
        await one.run.whenCaughtUp();
        await one.stop();
        const [committed] = await broker().admin.committed(members, [made.input.name]);
        const [end] = await broker().admin.offsets([made.input.name]);
        expect(started).toEqual([8, 9, 10, 11]);
        expect(committed?.committed?.offset).toBe(end?.latest);
      },
      subject.can.compact ? false : 'declares can.compact: false',
    );
  });
}
