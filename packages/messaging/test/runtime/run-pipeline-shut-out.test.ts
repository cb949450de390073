import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker, GroupMember } from '../../src/broker.ts';
import { CodedError, halt } from '../../src/disposition.ts';
import type { PipelineRun } from '../../src/index.ts';
import { type Pipeline, pipeline } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '../../src/testing/index.ts';

const input = noteTopic('notes.in', 2);
const output = noteTopic('notes.out', 2);
const copier = (): Pipeline<Note> =>
  pipeline<Note>({
    name: 'copy',
    group: 'copier.notes',
    from: [input],
    handle: ({ data, key }) => ({ outputs: [{ to: output, key, data }], outcome: { kind: 'emitted' } }),
    to: [output],
  });
const shutOut = new CodedError('X_TEST_LOGIN', 'the password is wrong', { disposition: halt, unavailable: true });

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

/** The brokers let nobody in while `isLocked`; `crash` ends the membership as a client does that was turned away. */
function lock() {
  let isLocked = false;
  let end: (error: Error) => void = () => undefined;
  const wrapBroker = (broker: Broker): Broker => ({
    ...broker,
    createMember: async (options): Promise<GroupMember> => {
      if (isLocked) throw shutOut;
      end = (error) => options.listener.onCrash(error);
      return broker.createMember(options);
    },
  });
  return {
    wrapBroker,
    crash: () => end(shutOut),
    set: (next: boolean) => {
      isLocked = next;
    },
  };
}

const wait = async (): Promise<void> => {
  for (let round = 0; round < 5; round += 1) {
    rig.clock.advance(10_000);
    await turns();
  }
};

describe('brokers that do not let a pipeline in', () => {
  it('at boot keep it waiting, not ready, and it joins by itself once they do', async () => {
    await rig.provision(copier());
    const door = lock();
    door.set(true);
    let run: PipelineRun | undefined;
    const starting = rig.start(copier(), {
      wrapBroker: door.wrapBroker,
      onCreated: (created) => {
        run = created;
      },
    });
    await wait();
    expect(run?.isReady()).toBe(false);
    door.set(false);
    await wait();
    const { fatal } = await starting;
    await rig.publish(input, { text: '', number: 1 }, { key: 'k' });
    await run?.whenCaughtUp();
    expect(rig.stored(output)).toHaveLength(1);
    expect(fatal).toEqual([]);
  });

  it('at run time end neither the process nor the pipeline: nothing needs to be resumed', async () => {
    const door = lock();
    const { run, fatal } = await rig.start(copier(), { wrapBroker: door.wrapBroker });
    door.set(true);
    door.crash();
    await wait();
    expect(run.isReady()).toBe(false);
    expect(run.state()).toEqual({ state: 'running', code: null });
    door.set(false);
    await wait();
    await rig.publish(input, { text: '', number: 1 }, { key: 'k' });
    await run.whenCaughtUp();
    expect(run.isReady()).toBe(true);
    expect(rig.stored(output)).toHaveLength(1);
    expect(fatal).toEqual([]);
  });
});
