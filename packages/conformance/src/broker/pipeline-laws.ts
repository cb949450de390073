import { describe, expect } from '@jest/globals';
import { CodedError, decodeFinished, type Handler, retry } from '@millrace/messaging';
import type { Note } from '@millrace/messaging/testing';
import { eventually, law } from '../harness.ts';
import type { BrokerLawContext } from './context.ts';
import { pipelineLawTools } from './pipeline-tools.ts';

/** The delivery core on this broker: what the port is for. */
export function pipelineLaws(context: BrokerLawContext): void {
  const { broker, harness, group, subject } = context;
  const { makeTopics, start, publish, read, copyTo } = pipelineLawTools(context);

  describe('pipeline', () => {
    law('emits every message once, in the order of its key, through pauses and resumes', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 600, (at) => `k${at % 20}`);
      const one = await start(broker(), members, made, copyTo(made.output), { highWaterRecords: 40, maxInFlight: 16 });
      await one.run.whenCaughtUp();
      const records = await read(made.output.name);
      expect(records).toHaveLength(600);
      const byKey = Map.groupBy(records, (record) => record.key?.toString());
      for (const ofKey of byKey.values()) {
        const numbers = ofKey.map((record) => made.output.decode((record.value as Buffer).subarray(5)).number);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
      await one.stop();
    });

    law('goes on after what it committed in its drain, and makes nothing twice', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 50, (at) => `k${at}`);
      const one = await start(broker(), members, made, copyTo(made.output));
      await one.run.whenCaughtUp();
      await one.stop();
      await publish(made.input, 10, (at) => `later${at}`);
      const two = await start(broker(), members, made, copyTo(made.output));
      await two.run.whenCaughtUp();
      expect(await read(made.output.name)).toHaveLength(60);
      await two.stop();
    });

    law('starts again at the oldest unfinished message after a crash, not at the newest finished one', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 11, (at) => `k${at}`, 0);
      const dying = await harness().connect();
      const finished = new Set<number>();
      const slow: Handler<Note> = async ({ data }) => {
        if (data.number === 5) return new Promise(() => undefined);
        finished.add(data.number);
        return { outputs: [], outcome: { kind: 'delivered' } };
      };
      const one = await start(dying, members, made, slow);
      const { commitMetadata } = subject.capabilities;
      await eventually(async () => {
        const [zero] = await broker().admin.committed(members, [made.input.name]);
        const { offset, metadata } = zero?.committed ?? { offset: 0, metadata: '' };
        return finished.size === 10 && offset === 5 && (!commitMetadata || decodeFinished(metadata, 5).size === 5);
      });
      await harness().crash(dying);
      // What is left of it in this process must not go on trying.
      one.run.close().catch(() => undefined);
      const started: number[] = [];
      const two = await start(broker(), members, made, ({ data }) => {
        started.push(data.number);
        return { outputs: [], outcome: { kind: 'delivered' } };
      });
      await two.run.whenCaughtUp();
      // What was finished behind it is known where a commit can say so.
      expect(started.sort((a, b) => a - b)).toEqual(commitMetadata ? [5] : [5, 6, 7, 8, 9, 10]);
      await two.stop();
    });

    law('gives a message again whose process died between handling it and committing', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 5, (at) => `k${at}`);
      const dying = await harness().connect();
      const one = await start(dying, members, made, copyTo(made.output), { commitIntervalMs: 3_600_000 });
      await one.run.whenCaughtUp();
      await harness().crash(dying);
      // What is left of it in this process must not go on trying.
      one.run.close().catch(() => undefined);
      const two = await start(broker(), members, made, copyTo(made.output));
      await two.run.whenCaughtUp();
      const ids = (await read(made.output.name)).map((record) =>
        record.headers.find(([name]) => name === 'ce_id')?.[1]?.toString(),
      );
      expect(ids).toHaveLength(10);
      expect(new Set(ids).size).toBe(5);
      await two.stop();
    });

    law('brings a message back from its tier when it is due, and not before', async () => {
      const members = group();
      const made = await makeTopics(members);
      await publish(made.input, 1, () => 'k');
      const tries: number[] = [];
      const settings = { inProcessTries: 0, retryWaitsMs: [400] };
      const one = await start(
        broker(),
        members,
        made,
        (envelope, signal) => {
          tries.push(Date.now());
          if (tries.length === 1) throw new CodedError('X_LAW', 'not yet', { disposition: retry() });
          return copyTo(made.output)(envelope, signal);
        },
        settings,
      );
      await eventually(() => tries.length === 2);
      await one.run.whenCaughtUp();
      expect((tries[1] as number) - (tries[0] as number)).toBeGreaterThanOrEqual(400);
      expect(await read(made.output.name)).toHaveLength(1);
      await one.stop();
    });

    law(
      'lets what runs finish before it joins again, and repeats nothing that it finished',
      async () => {
        const members = group();
        const made = await makeTopics(members);
        await publish(made.input, 20, (at) => `k${at}`);
        const started: number[] = [];
        const open: (() => void)[] = [];
        const one = await start(broker(), members, made, async ({ data }) => {
          started.push(data.number);
          if (open.length < 5) await new Promise<void>((resolve) => open.push(resolve));
          return { outputs: [], outcome: { kind: 'delivered' } };
        });
        await eventually(() => started.length === 20);
        const rebalanced = harness().rebalance?.(broker(), members);
        for (const call of open) call();
        await rebalanced;
        await publish(made.input, 1, () => 'after');
        await one.run.whenCaughtUp();
        expect(started).toHaveLength(21);
        await one.stop();
      },
      subject.can.rebalance ? false : 'declares can.rebalance: false',
    );

    law(
      'shares the work of a group without ever running one key in two processes at once',
      async () => {
        const members = group();
        const made = await makeTopics(members);
        const running = new Map<string, number>();
        const finished = new Set<number>();
        let overlaps = 0;
        const handle: Handler<Note> = async ({ key, data }) => {
          const now = (running.get(key) ?? 0) + 1;
          running.set(key, now);
          if (now > 1) overlaps += 1;
          await new Promise((resolve) => setTimeout(resolve, 2));
          running.set(key, (running.get(key) ?? 1) - 1);
          finished.add(data.number);
          return { outputs: [], outcome: { kind: 'delivered' } };
        };
        const other = await harness().connect();
        const one = await start(broker(), members, made, handle);
        const publishing = publish(made.input, 2_000, (at) => `k${at % 50}`);
        await eventually(() => finished.size > 50);
        const two = await start(other, members, made, handle);
        await publishing;
        await eventually(
          () => finished.size === 2_000,
          () => finished.size,
        );
        expect(overlaps).toBe(0);
        await two.stop();
        await one.stop();
        await other.close();
      },
      subject.capabilities.groups ? false : 'declares groups: false',
    );
  });
}
