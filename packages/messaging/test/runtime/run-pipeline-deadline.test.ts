import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import type { Handler } from '../../src/pipeline.ts';
import { createPipelineRig, type Note, type PipelineRig, turns } from '../../src/testing/index.ts';
import { copier, group, input, nothing } from './copier.ts';

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

const settings = { maxProcessingMs: 120_000, inProcessTries: 0 };
const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    rig.clock.after(ms, resolve);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    rig.clock.advance(1_000);
    await turns(4);
  }
}

describe('the deadline of a handler', () => {
  it('is one over all that it waits for: a sum of waits ends in a failed try, never in the end of the process', async () => {
    const handle: Handler<Note> = async (_, signal) => {
      for (let waits = 0; waits < 10; waits += 1) await wait(30_000, signal);
      return nothing;
    };
    const { fatal, run } = await rig.start(copier(handle), { settings });
    await rig.publish(input, { text: '', number: 0 });
    await turns();
    await pass(101);
    expect(rig.cluster.records(groupTopics(group).retry[retryTiers[0]])).toHaveLength(1);
    await pass(40);
    expect([fatal, run.state().state]).toEqual([[], 'running']);
  });

  it('is each handler`s own: one that starts later has its whole time but for a twentieth', async () => {
    const times: number[] = [];
    const handle: Handler<Note> = async (_, signal) => {
      const startedAt = rig.clock.monotonic();
      await wait(500_000, signal).finally(() => times.push(rig.clock.monotonic() - startedAt));
      return nothing;
    };
    const { run } = await rig.start(copier(handle), { settings });
    for (const key of ['a', 'b', 'c', 'd']) {
      await rig.publish(input, { text: '', number: 0 }, { key });
      await pass(4);
    }
    await pass(105);
    expect(times).toHaveLength(4);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(95_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(100_000);
    await run.close();
  });

  it('is not what a drain ends: that counts no try, and the next process starts the record', async () => {
    let started = 0;
    const handle: Handler<Note> = async (_, signal) => {
      started += 1;
      if (started === 1) await wait(500_000, signal);
      return nothing;
    };
    const { run } = await rig.start(copier(handle), { settings });
    await rig.publish(input, { text: '', number: 0 });
    await turns();
    await run.drain(AbortSignal.abort());
    await run.close();
    const next = await rig.start(copier(handle), { settings });
    await next.run.whenCaughtUp();
    expect([started, rig.cluster.records(groupTopics(group).retry[retryTiers[0]]).length]).toEqual([2, 0]);
  });
});
