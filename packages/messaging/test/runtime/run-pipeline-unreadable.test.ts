import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { pipeline } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '../../src/testing/index.ts';
import { committedOffsets, copier, gate, group, input, nothing, output, publishNotes } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const unreadable = { state: 'halted', code: 'X_KAFKA_BATCH_UNREADABLE' };
const damage = (offset: number): void => rig.cluster.damage({ topic: input.name, partition: 0, offset });
const copied = (): readonly number[] =>
  rig
    .stored(output)
    .map(({ data }) => data.number)
    .sort((a, b) => a - b);

describe('a log that cannot be read on', () => {
  it('halts its pipeline, not its process, and is passed over by nobody', async () => {
    const other = noteTopic('others.in', 1);
    const seen: number[] = [];
    const reader = pipeline<Note>({
      ...{ name: 'read', group: 'reader.others', from: [other], to: [] },
      handle: ({ data }) => {
        seen.push(data.number);
        return nothing;
      },
    });
    await rig.provision(copier());
    await publishNotes(rig, 10, 0);
    damage(6);
    const { run, fatal } = await rig.start(copier());
    const second = await rig.start(reader);
    await turns();
    expect([run.state(), run.isReady(), fatal]).toEqual([unreadable, false, []]);
    expect([copied(), await committedOffsets(rig)]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 0],
    ]);
    const said = rig.stored(topics.opsPipelines).map(({ data }) => data);
    expect(said.findLast((each) => each.group === group)).toMatchObject({
      ...unreadable,
      reason: expect.stringContaining(`${input.name}/0 cannot be read on from offset 6`),
    });
    await rig.publish(other, { text: '', number: 1 });
    await second.run.whenCaughtUp();
    expect([seen, second.run.state().state]).toEqual([[1], 'running']);
  });

  it('is waited for until everything before it is finished: setting the group behind it loses nothing else', async () => {
    const { waiting, handle } = gate();
    await rig.provision(copier(handle));
    await publishNotes(rig, 4, 0);
    damage(2);
    const { run } = await rig.start(copier(handle));
    await turns();
    expect([waiting.length, run.state().state]).toEqual([2, 'running']);
    waiting[0]?.open();
    await turns();
    expect([run.state().state, await committedOffsets(rig)]).toEqual(['running', [0, 0]]);
    waiting[1]?.open();
    await turns();
    expect([run.state(), await committedOffsets(rig)]).toEqual([unreadable, [2, 0]]);
  });

  it('lets what runs in other partitions finish before the pipeline halts', async () => {
    const { waiting, handle } = gate();
    await rig.provision(copier(handle));
    await publishNotes(rig, 1, 1);
    const { run } = await rig.start(copier(handle));
    await turns();
    damage(0);
    await publishNotes(rig, 1, 0);
    await turns();
    expect([waiting.length, waiting[0]?.signal.aborted, run.state().state]).toEqual([1, false, 'running']);
    waiting[0]?.open();
    await turns();
    expect([run.state(), await committedOffsets(rig)]).toEqual([unreadable, [0, 1]]);
  });

  it('halts again when it is resumed as it was, and goes on where an operator has set the group behind it', async () => {
    await rig.provision(copier());
    await publishNotes(rig, 10, 0);
    damage(6);
    const { run } = await rig.start(copier());
    await turns();
    await run.resume();
    await turns();
    expect([run.state(), copied().length]).toEqual([unreadable, 6]);
    rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 7 });
    await run.resume();
    await run.whenCaughtUp();
    expect([run.state().state, copied()]).toEqual(['running', [0, 1, 2, 3, 4, 5, 7, 8, 9]]);
  });

  it('says nothing of a pipeline that is stopping', async () => {
    const { waiting, handle } = gate();
    await rig.provision(copier(handle));
    await publishNotes(rig, 2, 0);
    damage(1);
    const { run } = await rig.start(copier(handle));
    await turns();
    const drained = run.drain();
    waiting[0]?.open();
    await drained;
    expect([run.state().state, await committedOffsets(rig)]).toEqual(['running', [1, 0]]);
  });
});
