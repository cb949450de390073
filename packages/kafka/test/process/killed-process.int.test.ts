import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster } from '@millrace/embedded/testing';
import { createInMemorySerde, identityHeaders } from '@millrace/messaging';
import { noteTopic } from '@millrace/messaging/testing';
import type { DriverName, KafkaBroker } from '../../src/index.ts';
import { connectTest, drivers, testNamespace, until } from '../kafka-harness.ts';
import type { ProcessPlan } from './pipeline-process.ts';

const space = testNamespace();
const partitions = 4;
let broker: KafkaBroker;
let made = 0;
const children = new Set<ChildProcess>();

beforeAll(() => {
  broker = connectTest();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => broker.close());

/** A group with its topics, and so many records of a key each in them. */
async function aBacklog(driver: DriverName, records: number): Promise<ProcessPlan> {
  made += 1;
  const group = `${space}-process.${made}`;
  const topic = `${group}.notes`;
  const { retry, dlq, lane } = groupTopics(group);
  const spec = (name: string, count: number) => ({ name, partitions: count, replicationFactor: 1, config: {} });
  await broker.admin.createTopics([
    ...[topic, ...Object.values(retry), dlq, lane].map((name) => spec(name, partitions)),
    ...[topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => spec(name, 1)),
  ]);
  const input = noteTopic(topic, partitions);
  const serde = createInMemorySerde();
  const producer = await broker.createProducer();
  const sends = Array.from({ length: records }, (_, number) => {
    const id = `${group}-${number}`;
    return producer.send({
      topic,
      key: Buffer.from(id),
      value: serde.encode(input, { text: '', number }),
      headers: identityHeaders({
        ...{ id, source: 'test', type: topic, time: new Date().toISOString(), correlationid: id },
        ...{ causationid: null, generation: 0, traceparent: null },
      }),
    });
  });
  await Promise.all(sends);
  await producer.close();
  return {
    ...{ driver, brokers: testCluster().kafkaBrokers, group, topic, partitions, instanceId: 'process-0' },
    ...{ handlerMs: 50, maxInFlight: 100, highWaterRecords: 2_000, commitIntervalMs: 200 },
  };
}

interface Running {
  readonly child: ChildProcess;
  /** The records whose handlers it started, in order. */
  readonly started: number[];
  /** From its joining, once Node has loaded it, to its first handler. */
  readonly firstHandlerMs: Promise<number>;
  kill(): Promise<void>;
}

function start(plan: ProcessPlan): Running {
  let joining = 0;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'pipeline-process.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const started: number[] = [];
  const first = Promise.withResolvers<number>();
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'joining') joining = performance.now();
      else if (started.push(Number(line)) === 1) first.resolve(performance.now() - joining);
    }
  });
  return {
    ...{ child, started, firstHandlerMs: first.promise },
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe.each(drivers)('a process of a consumer group over %s', (driver) => {
  it('killed half way repeats no more than what ran and what finished since its last commit', async () => {
    const records = 3_000;
    const plan = await aBacklog(driver, records);
    const one = start(plan);
    await until(() => one.started.length >= records / 2, 'half of it is started', 120_000);
    await one.kill();
    const two = start(plan);
    await until(() => new Set([...one.started, ...two.started]).size === records, 'all of it is started', 120_000);
    const twice = two.started.filter((number) => one.started.includes(number)).length;
    // Half of the handlers' rate for one commit interval, and a commit's own way to the brokers.
    const perInterval = (plan.maxInFlight / plan.handlerMs) * plan.commitIntervalMs;
    expect(twice).toBeLessThanOrEqual(plan.maxInFlight + perInterval);
    expect(await two.firstHandlerMs).toBeLessThan(2_000);
  }, 240_000);

  it('goes on at once after an orderly restart, where it stopped', async () => {
    const plan = await aBacklog(driver, 1_500);
    const one = start(plan);
    await until(() => one.started.length >= 500, 'it works', 30_000);
    const ended = once(one.child, 'exit');
    one.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const two = start(plan);
    expect(await two.firstHandlerMs).toBeLessThan(2_000);
    await until(() => two.started.length + one.started.length >= 1_500, 'the rest is done', 120_000);
    expect(two.started.filter((number) => one.started.includes(number))).toEqual([]);
  }, 240_000);

  it('is fenced by a second one of its name and ends with 78, while the second goes on', async () => {
    const plan = await aBacklog(driver, 2_000);
    const one = start({ ...plan, handlerMs: 200 });
    await one.firstHandlerMs;
    const ended = once(one.child, 'exit');
    const two = start(plan);
    await two.firstHandlerMs;
    expect(await ended).toEqual([78, null]);
    await until(() => new Set([...one.started, ...two.started]).size === 2_000, 'all of it is started', 120_000);
    expect(two.child.exitCode).toBeNull();
  }, 240_000);
});
