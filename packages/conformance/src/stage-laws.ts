import { describe, expect } from '@jest/globals';
import type { Topic } from '@millrace/contracts';
import {
  type Broker,
  type GroupMember,
  type Handler,
  type Pipeline,
  type Producer,
  readDeadLetter,
  type Serde,
} from '@millrace/messaging';
import { createPipelineRig, type PipelineRig, type RigRunOptions, sendingBy, turns } from '@millrace/messaging/testing';
import { type MetricName, type Metrics, names } from '@millrace/service';
import { eventually, law } from './harness.ts';

export interface StageInput<T> {
  readonly topic: Topic<T>;
  readonly key: string;
  readonly data: T;
}

export interface StageUnderLaw<T> {
  /** The pipeline as its service states it, new for every process; what lies outside (a ledger, a destination) stays. */
  readonly make: (serde: Serde) => Pipeline<T>;
  /** Messages that it finishes, at least one of which it emits or delivers. */
  readonly inputs: readonly StageInput<T>[];
  /** Ids of the messages that had their effect so far, for a stage that emits nothing. */
  readonly delivered?: () => Promise<readonly string[]> | readonly string[];
  /** Why the same message may give other bytes under the same ids; the law on bytes is then skipped. */
  readonly varies?: string;
}

type Outputs = ReadonlyMap<
  string,
  { readonly topic: string; readonly value: string; readonly causationid: string | null }
>;
type Seam = 'decode' | 'handle' | 'produce' | 'commit';
const seams: readonly Seam[] = ['decode', 'handle', 'produce', 'commit'];

/** What every stage obeys, on the in-memory broker: nothing lost, nothing made twice under another id, all of it traceable. */
export function stageLaws<T>(name: string, stage: StageUnderLaw<T>): void {
  describe(`stage laws: ${name}`, () => {
    law('keeps the correlation, and names the message as the cause of what it emits', () =>
      withRig(async (rig) => {
        const { pipeline } = await undisturbed(rig, stage);
        for (const topic of pipeline.to) {
          for (const { identity } of rig.stored(topic)) {
            const input = Number(/^input-(\d+)$/.exec(identity.causationid ?? '')?.[1]);
            expect(stage.inputs[input]).toBeDefined();
            expect(identity.correlationid).toBe(`correlation-${input}`);
            expect(identity.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
            expect(identity.generation).toBe(2);
          }
        }
      }),
    );

    law('ends every message in exactly one outcome, and counts it', () =>
      withRig(async (rig) => {
        await undisturbed(rig, stage);
        // Reading as a scrape does adds up what was only counted.
        await rig.metrics.registry.metrics();
        const metrics = await rig.metrics.registry.getMetricsAsJSON();
        const records = metrics.find((metric) => metric.name === names.metrics.pipeline.records.name);
        const counted = records?.values.reduce((sum, { value }) => sum + value, 0);
        expect(counted).toBe(stage.inputs.length);
        const { handleSeconds, eventAgeSeconds, receiptAgeSeconds } = names.metrics.pipeline;
        for (const { name: metric } of [handleSeconds, eventAgeSeconds, receiptAgeSeconds])
          expect(`${metric}: ${observations(metrics, metric)}`).toBe(`${metric}: ${stage.inputs.length}`);
        expect(rig.cluster.records(`dlq.${stage.make(rig.serde).group}`)).toHaveLength(0);
      }),
    );

    law('shows every series that can be known before its first message', () =>
      withRig(async (rig) => {
        const { group } = stage.make(rig.serde);
        await rig.start(stage.make(rig.serde));
        // Reading as a scrape does asks the gauges.
        await rig.metrics.registry.metrics();
        const shown = await rig.metrics.registry.getMetricsAsJSON();
        const isShown = (metric: string): boolean =>
          shown.some(
            ({ name: known, values }) => known === metric && values.some(({ labels }) => labels['group'] === group),
          );
        const required: readonly MetricName<'counter' | 'gauge' | 'histogram', string>[] = Object.values(
          names.metrics.pipeline,
        );
        const missing = required.filter(({ name: metric, dynamic }) => dynamic !== true && !isShown(metric));
        expect(missing.map(({ name: metric }) => metric)).toEqual([]);
      }),
    );

    law('answers the same message twice with the same ids, never with silence', () =>
      withRig(async (rig) => {
        const { pipeline, outputs, run } = await undisturbed(rig, stage);
        const before = countStored(rig, pipeline);
        await publishAll(rig, stage);
        await run.whenCaughtUp();
        expect(countStored(rig, pipeline)).toBe(before * 2);
        expect([...readOutputs(rig, pipeline).keys()].sort()).toEqual([...outputs.keys()].sort());
      }),
    );

    law(
      'answers the same message twice with the same bytes',
      () =>
        withRig(async (rig) => {
          const { pipeline, run } = await undisturbed(rig, stage);
          await publishAll(rig, stage);
          await run.whenCaughtUp();
          for (const topic of pipeline.to) {
            const values = new Map<string, string>();
            for (const { identity, record } of rig.stored(topic)) {
              const value = (record.value as Buffer).toString('hex');
              expect(values.get(identity.id as string) ?? value).toBe(value);
              values.set(identity.id as string, value);
            }
          }
        }),
      stage.varies === undefined ? false : `declares varies: ${stage.varies}`,
    );

    for (const seam of seams) {
      law(`loses nothing when the process dies at ${seam}`, () => withRig((rig) => diesAt(seam, rig, stage)));
    }

    law('puts a message that cannot be read among its dead letters, as it is, and goes on', () =>
      withRig(async (rig) => {
        const { pipeline, run, producer } = await undisturbed(rig, stage);
        const before = countStored(rig, pipeline);
        const topic = pipeline.from[0] as Topic<T>;
        const value = Buffer.from([1, 2, 3]);
        await producer.send({ topic: topic.name, partition: 0, key: Buffer.from('k'), value, headers: [] });
        await publishAll(rig, stage);
        await run.whenCaughtUp();
        const dead = rig.cluster.records(`dlq.${pipeline.group}`);
        expect(dead.map((record) => record.value)).toEqual([value]);
        expect(readDeadLetter(dead[0]?.headers ?? [])).toMatchObject({ step: 'decode', group: pipeline.group });
        expect(countStored(rig, pipeline)).toBe(before * 2);
      }),
    );

    law('commits everything that it finished when it drains', () =>
      withRig(async (rig) => {
        const { pipeline, run } = await undisturbed(rig, stage);
        await run.drain();
        const topics = pipeline.from.map((topic) => topic.name);
        const committed = await rig.cluster.admin.committed(pipeline.group, topics);
        const sum = committed.reduce((total, one) => total + (one.committed?.offset ?? 0), 0);
        expect(sum).toBe(stage.inputs.length);
      }),
    );
  });
}

type Scraped = Awaited<ReturnType<Metrics['registry']['getMetricsAsJSON']>>;

function observations(metrics: Scraped, histogram: string): number {
  const values: readonly { readonly metricName?: string; readonly value: number }[] =
    metrics.find(({ name }) => name === histogram)?.values ?? [];
  return values
    .filter(({ metricName }) => metricName === `${histogram}_count`)
    .reduce((sum, { value }) => sum + value, 0);
}

async function withRig(use: (rig: PipelineRig) => Promise<void>): Promise<void> {
  const rig = createPipelineRig();
  try {
    await use(rig);
  } finally {
    await rig.close();
  }
}

async function publishAll<T>(rig: PipelineRig, { inputs }: StageUnderLaw<T>): Promise<void> {
  for (const [at, { topic, key, data }] of inputs.entries()) {
    await rig.publish(topic, data, { key, id: `input-${at}`, correlationid: `correlation-${at}`, generation: 2 });
  }
}

async function undisturbed<T>(rig: PipelineRig, stage: StageUnderLaw<T>, options: RigRunOptions = {}) {
  const pipeline = stage.make(rig.serde);
  const process = await rig.start(pipeline, options);
  await publishAll(rig, stage);
  await process.run.whenCaughtUp();
  return { pipeline, outputs: readOutputs(rig, pipeline), ...process };
}

function readOutputs<T>(rig: PipelineRig, pipeline: Pipeline<T>): Outputs {
  return new Map(
    pipeline.to.flatMap((topic) =>
      rig
        .stored(topic)
        .map(({ identity, record }) => [
          identity.id as string,
          { topic: topic.name, value: record.value?.toString('hex') ?? '', causationid: identity.causationid },
        ]),
    ),
  );
}

function countStored<T>(rig: PipelineRig, pipeline: Pipeline<T>): number {
  return pipeline.to.reduce((sum, topic) => sum + rig.cluster.records(topic.name).length, 0);
}

/** One process that hangs at the seam and is killed there, then one that works. */
async function diesAt<T>(seam: Seam, rig: PipelineRig, stage: StageUnderLaw<T>): Promise<void> {
  const expected = new Map<string, unknown>();
  await withRig(async (other) => {
    for (const [id, output] of (await undisturbed(other, stage)).outputs) expected.set(id, output);
  });
  let isReached = false;
  const hang = <V>(): Promise<V> => {
    isReached = true;
    return new Promise<V>(() => undefined);
  };
  const pipeline = stage.make(rig.serde);
  const broken = await rig.start(
    seam === 'handle' ? hangingAfter(pipeline, hang) : pipeline,
    breakAt(seam, rig, pipeline, hang),
  );
  await publishAll(rig, stage);
  // A stage that emits nothing has no produce seam to die at: it is killed when it is done.
  const isOver = seam === 'produce' && pipeline.to.length === 0;
  await eventually(async () => {
    await turns(2);
    // Only the commit waits for the clock; a clock that runs would look like a stuck handler to the watchdog.
    if (seam === 'commit') rig.clock.advance(1_000);
    return isReached || isOver;
  });
  await broken.crash();

  const { run } = await rig.start(stage.make(rig.serde));
  await run.whenCaughtUp();
  expect([...readOutputs(rig, pipeline).keys()].sort()).toEqual([...expected.keys()].sort());
  if (stage.delivered === undefined) return;
  const delivered = new Set(await stage.delivered());
  for (const at of stage.inputs.keys()) expect(delivered).toContain(`input-${at}`);
}

function hangingAfter<T>(pipeline: Pipeline<T>, hang: <V>() => Promise<V>): Pipeline<T> {
  const swallow =
    <D>(next: Handler<D>): Handler<D> =>
    async (envelope, signal) => {
      await next(envelope, signal);
      return hang();
    };
  return { ...pipeline, through: [swallow, ...pipeline.through] };
}

function breakAt<T>(seam: Seam, rig: PipelineRig, pipeline: Pipeline<T>, hang: <V>() => Promise<V>): RigRunOptions {
  const outputs = new Set(pipeline.to.map((topic) => topic.name));
  switch (seam) {
    case 'decode':
      return { serde: { ...rig.serde, decode: () => hang() } };
    case 'handle':
      return {};
    case 'produce':
      // The worst of it: written, and the acknowledgement never came.
      return {
        wrapProducer: (producer: Producer): Producer =>
          sendingBy(producer, (record) =>
            outputs.has(record.topic) ? producer.send(record).then(() => hang()) : producer.send(record),
          ),
      };
    case 'commit':
      return {
        wrapBroker: (broker: Broker): Broker => ({
          ...broker,
          createMember: async (options): Promise<GroupMember> => {
            const member = await broker.createMember(options);
            return { ...member, commit: () => hang() };
          },
        }),
      };
  }
}
