import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, type Topic, topics } from '@millrace/contracts';
import { type ControlReader, controlReader, type Handler, pipeline } from '@millrace/messaging';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/service';
import { createPipelines, type Pipelines } from '../../src/pipelines/pipelines.ts';
import { createSeeks, type Seeks } from '../../src/pipelines/seek.ts';

const group = 'service.notes';
const input: Topic<Note> = noteTopic('notes.in', 2);
const index = 'dlq-replayer.index';
const { retry, lane, dlq } = groupTopics(group);
const reads = new Map([
  [group, [input.name, ...Object.values(retry), lane]],
  [index, [dlq]],
]);
const logger = createLogger({ service: 'test', level: 'silent' });

let rig: PipelineRig;
let pipelines: Pipelines;
let seeks: Seeks;
let handled: number[];
const readers: ControlReader[] = [];

beforeEach(async () => {
  rig = createPipelineRig();
  handled = [];
  await rig.provision(stage());
  const broker = rig.cluster.connect();
  pipelines = createPipelines({
    ...{ broker, serde: rig.serde, groups: [group, index], reads, logger, now: () => 0 },
    publisher: {
      publish: (topic: Topic<never>, key: string, data: never) => rig.publish(topic, data, { key }),
    } as never,
  });
  await pipelines.open();
  seeks = createSeeks({ broker, pipelines, leaveMs: 300 });
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  await pipelines.close();
  await rig.close();
});

const stage = (handle?: Handler<Note>) =>
  pipeline<Note>({
    ...{ name: 'n', group, from: [input] },
    handle:
      handle ??
      (({ data }) => {
        handled.push(data.number);
        return { outputs: [], outcome: { kind: 'delivered' } };
      }),
  });

/** A process with the pipeline, as a service has it: it reads what is desired before it joins. */
async function aProcess(handle?: Handler<Note>) {
  let reader: ControlReader | undefined;
  const process = await rig.start(stage(handle), {
    onCreated: (run) => {
      reader = controlReader({
        broker: rig.cluster.connect(),
        serde: rig.serde,
        runs: [run],
        logger,
        clock: rig.clock,
      });
      readers.push(reader);
    },
  });
  await reader?.start();
  await turns();
  return process;
}
const publish = async (count: number, partition = 0): Promise<void> => {
  for (let number = 0; number < count; number += 1)
    await rig.publish(input, { text: '', number }, { key: `k${number}`, id: `e${partition}-${number}`, partition });
};
const committed = async (): Promise<void> => {
  await turns();
  rig.clock.advance(5_000);
  await turns();
};
const halt = async (): Promise<void> => {
  await pipelines.command('halt', group, 'op');
  await turns();
};
const resume = async (): Promise<void> => {
  await pipelines.command('resume', group, 'op');
  await turns();
};

describe('setting where a pipeline goes on', () => {
  it('is refused while it works, and says what would be done all the same', async () => {
    await aProcess();
    await publish(10);
    await committed();
    const plan = await seeks.plan(group, { to: 'earliest' });
    expect(plan).toMatchObject({ blocked: expect.stringContaining(`pipelines halt ${group}`), again: 10, skipped: 0 });
    expect(() => seeks.require(plan, { skip: false })).toThrow(
      expect.objectContaining({ code: 'X_PIPELINE_AT_WORK', status: 409 }),
    );
  });

  it('makes the halted members leave, and lets them go on there when they are resumed', async () => {
    const { run } = await aProcess();
    await publish(10);
    await committed();
    await halt();
    const plan = await seeks.plan(group, { positions: [{ topic: input.name, partition: 0, offset: 7 }] });
    seeks.require(plan, { skip: false });
    const done = await seeks.run(plan, 'op');
    expect(done).toMatchObject({ partitions: [{ topic: input.name, partition: 0, from: 10, to: 7, again: 3 }] });
    expect([run.state().state, handled.length]).toEqual(['halted', 10]);
    await publish(1, 1);
    await resume();
    await run.whenCaughtUp();
    expect(handled.slice(10).toSorted()).toEqual([0, 7, 8, 9]);
    expect(run.isReady()).toBe(true);
  });

  it('passes over records only when that is said', async () => {
    const { run } = await aProcess();
    await halt();
    await publish(10);
    await turns();
    const plan = await seeks.plan(group, { to: 'latest' });
    expect([plan.skipped, plan.blocked]).toEqual([10, null]);
    expect(() => seeks.require(plan, { skip: false })).toThrow(
      expect.objectContaining({ code: 'X_PIPELINE_SKIPS', message: expect.stringContaining('10 records') }),
    );
    seeks.require(plan, { skip: true });
    await seeks.run(plan, 'op');
    await publish(2);
    await resume();
    await run.whenCaughtUp();
    expect(handled).toHaveLength(2);
  });

  it('holds through a process that is killed and another that starts', async () => {
    const first = await aProcess();
    await publish(5);
    await turns();
    await halt();
    await seeks.run(await seeks.plan(group, { to: 'earliest' }), 'op');
    await first.crash();
    const { run } = await aProcess();
    expect([run.state().state, handled.length]).toEqual(['halted', 5]);
    await resume();
    await run.whenCaughtUp();
    expect(handled).toHaveLength(10);
  });

  it('needs no halt where nobody runs it, which is halted from then on', async () => {
    await publish(5);
    const plan = await seeks.plan(group, { positions: [{ topic: input.name, partition: 0, offset: 3 }] });
    expect(plan).toMatchObject({ blocked: null, skipped: 3 });
    await seeks.run(plan, 'op');
    const { run } = await aProcess();
    expect([run.state().state, handled]).toEqual(['halted', []]);
    await resume();
    await run.whenCaughtUp();
    expect(handled.toSorted()).toEqual([3, 4]);
  });

  it('sets nothing while a member does not leave, and says so; it is halted, and the same works later', async () => {
    await publish(2);
    const stranger = await rig.cluster.createMember({
      ...{ group, topics: [input.name] },
      listener: { onAssigned() {}, onRecords() {}, async beforeRejoin() {}, onCrash() {}, onUnreadable() {} },
    });
    await stranger.start();
    await halt();
    const plan = await seeks.plan(group, { positions: [{ topic: input.name, partition: 0, offset: 1 }] });
    await expect(seeks.run(plan, 'op')).rejects.toMatchObject({
      ...{ code: 'X_PIPELINE_STILL_JOINED', status: 409 },
      message: expect.stringContaining('1 members'),
    });
    expect(pipelines.isHalted(group)).toBe(true);
    expect((await rig.cluster.admin.committed(group, [input.name]))[0]?.committed).toBeNull();
    await stranger.leave();
    expect(await seeks.run(plan, 'op')).toMatchObject({ partitions: [{ to: 1 }] });
  });

  it('is the way out of a halt for an offset that the log does not have, and for offsets that are lost', async () => {
    await publish(10);
    rig.cluster.setCommitted(group, { topic: input.name, partition: 0, offset: 2 });
    rig.cluster.cut(input.name, 5);
    const { run } = await aProcess();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_KAFKA_OFFSET_OUT_OF_RANGE' });
    const plan = await seeks.plan(group, { positions: [{ topic: input.name, partition: 0, offset: 6 }] });
    expect(plan).toMatchObject({ blocked: null, gone: 3, skipped: 1 });
    await seeks.run(plan, 'op');
    await resume();
    await run.whenCaughtUp();
    expect(handled.toSorted()).toEqual([6, 7, 8, 9]);
    await run.drain();
    await run.close();

    handled = [];
    await publish(4);
    rig.cluster.expireOffsets(group);
    const again = await aProcess();
    expect(again.run.state()).toEqual({ state: 'halted', code: 'X_GROUP_OFFSETS_LOST' });
    await seeks.run(await seeks.plan(group, { positions: [{ topic: input.name, partition: 0, offset: 12 }] }), 'op');
    await resume();
    await again.run.whenCaughtUp();
    expect(handled.toSorted()).toEqual([2, 3]);
  });

  it('goes to the first record of a time', async () => {
    for (const [number, timestamp] of [1_000, 2_000, 3_000].entries())
      await rig.publish(input, { text: '', number }, { key: 'k', partition: 0, timestamp });
    const { partitions, skipped } = await seeks.plan(group, { to: 1_500 });
    expect([partitions.find(({ partition }) => partition === 0)?.to, skipped]).toEqual([1, 1]);
  });

  it('knows no group that no flow has, and moves none that is no pipeline', async () => {
    await expect(seeks.plan(index, { to: 'latest' })).rejects.toMatchObject({ code: 'X_PIPELINE_FIXED', status: 422 });
    await expect(seeks.plan('other.group', { to: 'latest' })).rejects.toMatchObject({ code: 'X_PIPELINE_UNKNOWN' });
  });
});

describe('the rate of a pipeline', () => {
  it('is desired state beside a halt: neither overwrites the other, and both hold for a process that starts', async () => {
    await pipelines.setRate(group, 2, 'op');
    await halt();
    expect(pipelines.list()[0]).toMatchObject({ group, desired: 'halted', ratePerSecond: 2 });
    const { run } = await aProcess();
    await publish(10);
    await turns();
    expect([run.state().state, handled]).toEqual(['halted', []]);
    await resume();
    expect(pipelines.list()[0]).toMatchObject({ group, desired: 'running', ratePerSecond: 2 });
    for (let half = 0; half < 6; half += 1) {
      rig.clock.advance(500);
      await turns();
    }
    expect(handled).toHaveLength(6);
    await pipelines.setRate(group, null, 'op');
    await turns();
    expect([handled.length, pipelines.rateOf(group)]).toEqual([10, null]);
  });

  it('keeps one record of each wish when its topic is compacted', async () => {
    await pipelines.setRate(group, 2, 'op');
    await halt();
    await pipelines.setRate(group, 3, 'op');
    rig.cluster.compact(topics.opsControl.name);
    expect(rig.stored(topics.opsControl).map(({ data }) => [data.command, data.ratePerSecond])).toEqual([
      ['halt', null],
      ['rate', 3],
    ]);
  });
});
