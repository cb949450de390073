import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import { createPipelineRig, type PipelineRig, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, group, input, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const copied = (): number => rig.stored(output).length;

/** A group that has worked, and is gone. */
async function worked(records: number): Promise<void> {
  const { run } = await rig.start(copier());
  await publishNotes(rig, records, 0);
  await run.whenCaughtUp();
  await run.drain();
  await run.close();
}

describe('a group whose offsets are gone', () => {
  it('halts with the reason rather than pass over what retention took, until an operator resumes it', async () => {
    await worked(10);
    await publishNotes(rig, 5, 0);
    rig.cluster.expireOffsets(group);
    rig.cluster.cut(input.name, 12);
    const { run, fatal } = await rig.start(copier());
    expect([run.state(), run.isReady(), fatal]).toEqual([{ state: 'halted', code: 'X_GROUP_OFFSETS_LOST' }, false, []]);
    expect(copied()).toBe(10);
    await run.resume();
    await run.whenCaughtUp();
    expect([run.state().state, run.isReady(), copied()]).toEqual(['running', true, 13]);
    await run.drain();
    expect((await committedOffsets(rig))[0]).toBe(15);
  });

  it('goes on where an operator has set them', async () => {
    await worked(10);
    await publishNotes(rig, 5, 0);
    rig.cluster.expireOffsets(group);
    rig.cluster.cut(input.name, 8);
    const halted = await rig.start(copier());
    expect(halted.run.state().code).toBe('X_GROUP_OFFSETS_LOST');
    await halted.run.drain();
    await halted.run.close();
    for (const [partition, offset] of [10, 0].entries())
      rig.cluster.setCommitted(group, { topic: input.name, partition, offset });
    const { run } = await rig.start(copier());
    await run.whenCaughtUp();
    expect(copied()).toBe(15);
  });

  it('begins at the beginning where its logs still have it: nothing is missing', async () => {
    await worked(10);
    rig.cluster.expireOffsets(group);
    const { run } = await rig.start(copier());
    await run.whenCaughtUp();
    expect([run.state().state, copied()]).toEqual(['running', 20]);
  });

  it('halts for one partition as for all, and for a tier of its own', async () => {
    await worked(10);
    for (const topic of [input.name, groupTopics(group).retry[retryTiers[0]]]) {
      rig.cluster.expireOffsets(group);
      rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 10 });
      const producer = await rig.cluster.createProducer();
      for (let number = 0; number < 3; number += 1)
        await producer.send({ topic, partition: 1, key: null, value: null, headers: [] });
      rig.cluster.cut(topic, 2);
      rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 10 });
      const { run } = await rig.start(copier());
      expect(run.state().code).toBe('X_GROUP_OFFSETS_LOST');
      await run.close();
      rig.cluster.recreate(topic);
    }
  });
});

describe('a group that never worked', () => {
  it('begins at the earliest record that is left', async () => {
    await rig.provision(copier());
    await publishNotes(rig, 10, 0);
    rig.cluster.cut(input.name, 4);
    const { run } = await rig.start(copier());
    await run.whenCaughtUp();
    await turns();
    expect([run.state().state, copied()]).toEqual(['running', 6]);
  });
});
