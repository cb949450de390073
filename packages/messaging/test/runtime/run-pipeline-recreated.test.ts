import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker } from '../../src/broker.ts';
import { createPipelineRig, type PipelineRig, turns } from '../../src/testing/index.ts';
import { copier, group, input, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const committed = async (): Promise<void> => {
  rig.clock.advance(1_000);
  await turns();
};
const copied = (): number => rig.stored(output).length;

/** Something happens to its topics or offsets between two assignments. */
const between =
  (happens: () => void) =>
  (connected: Broker): Broker => ({
    ...connected,
    createMember: ({ listener, ...options }) =>
      connected.createMember({
        ...options,
        listener: {
          ...{ onAssigned: (assignment) => listener.onAssigned(assignment) },
          ...{ onRecords: (records) => listener.onRecords(records), onCrash: (error) => listener.onCrash(error) },
          onUnreadable: (at, error) => listener.onUnreadable(at, error),
          beforeRejoin: async (deadline) => {
            await listener.beforeRejoin(deadline);
            happens();
          },
        },
      }),
  });

describe('what a process knows to be finished', () => {
  const happenings: Readonly<Record<string, () => void>> = {
    'a topic that was made anew meanwhile': () => {
      rig.cluster.recreate(input.name);
      void publishNotes(rig, 5, 0);
    },
    'what an operator wants again': () =>
      rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 15 }),
  };
  for (const [what, happens] of Object.entries(happenings)) {
    it(`says nothing of ${what}`, async () => {
      const { run, broker } = await rig.start(copier(), { wrapBroker: between(happens) });
      await publishNotes(rig, 20, 0);
      await run.whenCaughtUp();
      await committed();
      await broker.rebalance(group);
      await turns();
      await run.whenCaughtUp();
      expect(copied()).toBe(25);
    });
  }

  for (const count of [5, 40]) {
    it(`lets nothing of a topic that was made anew be passed over (${count} records where 20 were)`, async () => {
      const { run, fatal } = await rig.start(copier());
      await publishNotes(rig, 20, 0);
      await run.whenCaughtUp();
      await committed();
      const [before] = await rig.cluster.admin.committed(group, [input.name]);
      rig.cluster.recreate(input.name);
      // As a member does that has not heard of it yet: it commits where it stood in the log that is gone.
      rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 20, ...before?.committed });
      await publishNotes(rig, count, 0);
      await turns();
      await run.whenCaughtUp();
      expect([copied(), run.state().state, fatal]).toEqual([20 + count, 'running', []]);
    });
  }

  it('halts a pipeline with the reason where its offset is beyond the end of the same log', async () => {
    const ahead = (): void => rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 20 });
    const { run, fatal, broker } = await rig.start(copier(), { wrapBroker: between(ahead) });
    await publishNotes(rig, 5, 0);
    await run.whenCaughtUp();
    await broker.rebalance(group);
    await turns();
    expect([run.state(), fatal]).toEqual([{ state: 'halted', code: 'X_KAFKA_OFFSET_OUT_OF_RANGE' }, []]);
  });
});

describe('a reader', () => {
  it('reads a topic that was made anew from its beginning', async () => {
    await rig.provision(copier());
    await publishNotes(rig, 3, 0);
    const read: number[] = [];
    const reader = await rig.cluster.createReader({
      topics: [input.name],
      from: 'latest',
      onRecord: ({ offset }) => read.push(offset),
    });
    await reader.caughtUp;
    rig.cluster.recreate(input.name);
    await publishNotes(rig, 2, 0);
    await turns();
    expect(read).toEqual([0, 1]);
    await reader.close();
  });
});
