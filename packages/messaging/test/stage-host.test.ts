import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import { createLogger, createMetrics, type Metrics } from '@millrace/service';
import {
  createStageHost,
  defaultPipelineSettings,
  type HostedStage,
  type PlannedStage,
  pipeline,
  type StageHost,
} from '../src/index.ts';
import { createPipelineRig, type Note, noteTopic, type PipelineRig } from '../src/testing/index.ts';

const notes = noteTopic('notes.v1', 2);
/** What each stage handled, as `<group>@<version> <text>`. */
let handled: string[];
let closed: string[];
let waiting: PromiseWithResolvers<void> | null;
let rig: PipelineRig;
let metrics: Metrics;
let host: StageHost;
let published: number;

function planned(name: string, version: string): PlannedStage {
  const group = `host.${name}`;
  const make = (): HostedStage => ({
    pipeline: pipeline<Note>({
      ...{ name, group, from: [notes] },
      handle: async ({ data }) => {
        await waiting?.promise;
        handled.push(`${name}@${version} ${data.text}`);
        return { outputs: [], outcome: { kind: 'delivered' } };
      },
    }),
    close: () => void closed.push(`${name}@${version}`),
  });
  return { group, version, make };
}

const until = async (claim: () => boolean): Promise<void> => {
  while (!claim()) {
    rig.clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const publish = async (count: number): Promise<void> => {
  for (let at = 0; at < count; at += 1) {
    published += 1;
    await rig.publish(notes, { text: String(published), number: published }, { key: `k${published % 7}` });
  }
};
const of = (name: string): readonly string[] => handled.filter((one) => one.startsWith(`${name}@`));

beforeEach(async () => {
  [handled, closed, waiting, published] = [[], [], null, 0];
  rig = createPipelineRig();
  metrics = createMetrics();
  for (const name of ['a', 'b']) await rig.provision(planned(name, '1').make().pipeline);
  host = createStageHost({
    ...{ name: 'host', groups: ['host.a'], broker: rig.cluster.connect(), serde: rig.serde, metrics },
    openStages: () => [{ ...planned('a', '1').make(), version: '1' }],
    settings: { ...defaultPipelineSettings, graceMs: 20_000, ordinal: 0 },
    logger: createLogger({ service: 'host', level: 'silent' }),
    // The cluster's own: a member whose heartbeats another clock counts is stale once the process is old enough.
    clock: rig.clock,
    fatal: (error) => {
      throw error;
    },
  });
  await host.open();
});
afterEach(async () => {
  waiting?.resolve();
  await host.close();
  await rig.close();
});

describe('a stage host whose stages are replaced', () => {
  it('loses and repeats nothing while a stage changes, another comes, goes, and comes back', async () => {
    await publish(50);
    await host.replace([planned('a', '2'), planned('b', '1')]);
    await publish(50);
    await until(() => of('a').length === 100 && of('b').length >= 50);
    await host.replace([planned('a', '2')]);
    await publish(50);
    await until(() => of('a').length === 150);
    await host.replace([planned('a', '2'), planned('b', '2')]);
    await publish(50);
    await until(() => of('a').length === 200 && new Set(of('b').map((one) => one.split(' ')[1])).size === 200);
    const texts = Array.from({ length: 200 }, (_, at) => String(at + 1));
    for (const name of ['a', 'b'])
      expect(
        of(name)
          .map((one) => one.split(' ')[1])
          .toSorted(),
      ).toEqual(texts.toSorted());
    expect(closed).toEqual(['a@1', 'b@1']);
  });

  it('leaves a stage of the same version alone, and lets what another has begun finish as it began', async () => {
    waiting = Promise.withResolvers();
    const [before] = host.runs();
    await host.replace([planned('a', '1')]);
    expect(host.runs()).toEqual([before]);
    await publish(1);
    const replacing = host.replace([planned('a', '2')]);
    await new Promise((resolve) => setImmediate(resolve));
    waiting.resolve();
    await replacing;
    waiting = null;
    await publish(1);
    await until(() => handled.length === 2);
    expect(handled.at(-1)).toBe('a@2 2');
    expect(new Set(handled.map((one) => one.split(' ')[1])).size).toBe(2);
  });

  it('starts no stage that an operator halted while there was none of it', async () => {
    const wish = { command: 'halt', actor: 'op', at: 0, leaves: false, ratePerSecond: null } as const;
    await rig.publish(topics.opsControl, { ...wish, group: 'host.b' }, { key: 'host.b' });
    await host.replace([planned('a', '1'), planned('b', '1')]);
    await publish(10);
    await until(() => of('a').length === 10);
    expect(
      host
        .runs()
        .find(({ group }) => group === 'host.b')
        ?.state().state,
    ).toBe('halted');
    expect(of('b')).toEqual([]);
    expect(host.checks.at(-1)?.ready()).toMatchObject({ ok: false, reason: expect.stringContaining('host.b') });
  });

  it('changes nothing when one of the stages cannot be made', async () => {
    const impossible: PlannedStage = {
      ...planned('b', '1'),
      make: () => {
        throw new Error('no such sink');
      },
    };
    await expect(host.replace([planned('a', '2'), impossible])).rejects.toThrow('no such sink');
    expect(closed).toEqual(['a@2']);
    await publish(5);
    await until(() => of('a').length === 5);
    expect(handled[0]).toMatch(/^a@1 /);
  });

  it('is ready without a stage that is gone, and shows nothing of it', async () => {
    await until(() => host.runs()[0]?.isReady() === true);
    expect(await metrics.registry.metrics()).toContain('group="host.a",state="running"} 1');
    await host.replace([]);
    expect(host.checks.map(({ ready }) => ready().ok)).toEqual([true, true]);
    expect(await metrics.registry.metrics()).not.toContain('state{group="host.a"');
    expect(host.runs()).toEqual([]);
  });
});
