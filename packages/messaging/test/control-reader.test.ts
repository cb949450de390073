import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { createLogger } from '@millrace/service';
import { controlReader } from '../src/control-reader.ts';
import { CodedError, retry } from '../src/disposition.ts';
import { pipeline } from '../src/pipeline.ts';
import type { Serde } from '../src/serde.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig, turns } from '../src/testing/index.ts';

const input = noteTopic('notes.in');
const stage = pipeline<Note>({
  name: 'n',
  group: 'n.notes',
  from: [input],
  handle: () => ({ outputs: [], outcome: { kind: 'delivered' } }),
});

let rig: PipelineRig;
beforeEach(() => {
  rig = createPipelineRig();
});
afterEach(() => rig.close());

describe('controlReader', () => {
  const wish = { actor: 'op', at: 0, leaves: false, ratePerSecond: null };
  const command = (group: string, order: 'halt' | 'resume', leaves = false) =>
    rig.publish(topics.opsControl, { ...wish, command: order, group, leaves }, { key: group });
  const rate = (group: string, ratePerSecond: number | null) =>
    rig.publish(topics.opsControl, { ...wish, command: 'rate', group, ratePerSecond }, { key: `${group}#rate` });
  const logger = createLogger({ service: 'test', level: 'silent' });

  it('halts and resumes the runs of the group that a command names, and no other', async () => {
    const { run, broker } = await rig.start(stage);
    const reader = controlReader({ broker, serde: rig.serde, runs: [run], logger, clock: rig.clock });
    await reader.start();
    await command('another.group', 'halt');
    await turns();
    expect(run.state().state).toBe('running');
    await command('n.notes', 'halt');
    await turns();
    expect(run.state()).toEqual({ state: 'halted', code: 'X_PIPELINE_HALTED' });
    await command('n.notes', 'resume');
    await turns();
    expect(run.state().state).toBe('running');
    await reader.close();
    await command('n.notes', 'halt');
    await turns();
    expect(run.state().state).toBe('running');
  });

  it('halts before it resolves what was halted while no process was there, and not what was resumed since', async () => {
    await rig.provision(stage);
    await command('n.notes', 'halt');
    await command('m.notes', 'halt');
    await command('m.notes', 'resume');
    const halted: string[] = [];
    const runs = ['n.notes', 'm.notes'].map((group) => ({
      group,
      halt: () => void halted.push(group),
      resume: async () => void halted.push(`${group} resumed`),
    }));
    const reader = controlReader({ broker: rig.cluster.connect(), serde: rig.serde, runs, logger, clock: rig.clock });
    await reader.start();
    expect(halted).toEqual(['n.notes']);
    await reader.close();
  });

  it('knows a rate and a halt that were wished while no process was there, whichever came last', async () => {
    await rig.provision(stage);
    await rate('n.notes', 5);
    await command('n.notes', 'halt', true);
    await rate('m.notes', 5);
    await rate('m.notes', null);
    const heard: string[] = [];
    const runs = ['n.notes', 'm.notes'].map((group) => ({
      group,
      halt: () => void heard.push(`${group} halts`),
      leave: async () => void heard.push(`${group} leaves`),
      setRate: (perSecond: number | null) => void heard.push(`${group} ${perSecond}/s`),
      resume: async () => void heard.push(`${group} resumes`),
    }));
    const reader = controlReader({ broker: rig.cluster.connect(), serde: rig.serde, runs, logger, clock: rig.clock });
    await reader.start();
    expect(heard.toSorted()).toEqual(['m.notes null/s', 'n.notes 5/s', 'n.notes halts', 'n.notes leaves']);
    await reader.close();
  });

  it('lets no group wait for one whose resume takes its time', async () => {
    await rig.provision(stage);
    const slow = Promise.withResolvers<void>();
    const halted: string[] = [];
    const runs = [
      { group: 'n.notes', halt: () => void halted.push('n.notes'), resume: () => slow.promise },
      { group: 'm.notes', halt: () => void halted.push('m.notes'), resume: async () => undefined },
    ];
    const reader = controlReader({ broker: rig.cluster.connect(), serde: rig.serde, runs, logger, clock: rig.clock });
    await reader.start();
    await command('n.notes', 'resume');
    await command('n.notes', 'halt');
    await command('m.notes', 'halt');
    await turns();
    expect(halted).toEqual(['m.notes']);
    slow.resolve();
    await turns();
    expect(halted).toEqual(['m.notes', 'n.notes']);
    await reader.close();
  });

  it('waits for the registry rather than pass a halt over', async () => {
    await rig.provision(stage);
    await command('n.notes', 'halt');
    let isAway = true;
    const asked = Promise.withResolvers<void>();
    const serde: Serde = {
      ...rig.serde,
      decode: (topic, bytes) => {
        asked.resolve();
        if (isAway) throw new CodedError('X_REGISTRY_UNAVAILABLE', 'away', { disposition: retry() });
        return rig.serde.decode(topic, bytes);
      },
    };
    const { promise: halted, resolve } = Promise.withResolvers<void>();
    const runs = [{ group: 'n.notes', halt: () => resolve(), resume: async () => undefined }];
    const reader = controlReader({ broker: rig.cluster.connect(), serde, runs, logger, clock: rig.clock });
    const started = reader.start();
    await asked.promise;
    await turns();
    isAway = false;
    rig.clock.advance(1_000);
    await Promise.all([started, halted]);
    await reader.close();
  });

  it('survives a command that it cannot read', async () => {
    const { run, broker, producer } = await rig.start(stage);
    const reader = controlReader({ broker, serde: rig.serde, runs: [run], logger, clock: rig.clock });
    await reader.start();
    await producer.send({
      topic: topics.opsControl.name,
      key: Buffer.from('n.notes'),
      value: Buffer.from('?'),
      headers: [],
    });
    await command('n.notes', 'halt');
    await turns();
    expect(run.state().state).toBe('halted');
    await reader.close();
  });
});
