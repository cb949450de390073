import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { createLogger } from '@millrace/service';
import { controlReader } from '../src/control-reader.ts';
import { pipeline } from '../src/pipeline.ts';
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
  const command = (group: string, order: 'halt' | 'resume') =>
    rig.publish(topics.opsControl, { command: order, group, actor: 'op', at: 0 });

  it('halts and resumes the runs of the group that a command names, and no other', async () => {
    const { run, broker } = await rig.start(stage);
    const logger = createLogger({ service: 'test', level: 'silent' });
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

  it('survives a command that it cannot read', async () => {
    const { run, broker, producer } = await rig.start(stage);
    const logger = createLogger({ service: 'test', level: 'silent' });
    const reader = controlReader({ broker, serde: rig.serde, runs: [run], logger, clock: rig.clock });
    await reader.start();
    await producer.send({ topic: topics.opsControl.name, key: null, value: Buffer.from('?'), headers: [] });
    await command('n.notes', 'halt');
    await turns();
    expect(run.state().state).toBe('halted');
    await reader.close();
  });
});
