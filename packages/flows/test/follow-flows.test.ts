import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type OpsFlows, topics } from '@millrace/contracts';
import {
  createInMemoryBroker,
  createInMemorySerde,
  type InMemoryBroker,
  type InMemorySerde,
} from '@millrace/messaging';
import { createLogger } from '@millrace/service';
import { announcedKey, type FlowsFollower, followFlows } from '../src/followed-flows.ts';
import { FlowError, type Flows, flowsDigest } from '../src/index.ts';
import { aFlow, flowsOf } from '../src/testing.ts';

const one = flowsOf([aFlow('tickets')]);
const other = flowsOf([aFlow('tickets', { classifyMode: 'full' })]);
let cluster: InMemoryBroker;
let serde: InMemorySerde;
let files: () => Flows;
let applied: string[];
let reasons: readonly string[];
let follower: FlowsFollower;

const answers = (): readonly OpsFlows[] =>
  cluster
    .records(topics.opsFlows.name)
    .filter(({ key, value }) => key?.toString() === 'enricher-0' && value !== null)
    .map(({ value }) => topics.opsFlows.decode((value as Buffer).subarray(5)));
const answered = async (count: number): Promise<OpsFlows | undefined> => {
  while (answers().length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  return answers().at(-1);
};
const announce = async (flows: Flows): Promise<void> => {
  const record = { process: announcedKey, state: 'announced', digest: flowsDigest(flows), actor: 'op', at: 1 } as const;
  const producer = await cluster.createProducer();
  await producer.send({
    ...{ topic: topics.opsFlows.name, key: Buffer.from(announcedKey), headers: [] },
    value: serde.encode(topics.opsFlows, { ...record, reasons: [] }),
  });
};
const start = async (flows: Flows = one): Promise<void> => {
  follower = followFlows({
    ...{ process: 'enricher-0', broker: cluster.connect(), serde, flows, now: () => 1, lookEveryMs: 1 },
    load: () => files(),
    apply: async (next) => {
      applied.push(flowsDigest(next));
      return reasons;
    },
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  await follower.open();
};

beforeEach(async () => {
  cluster = createInMemoryBroker();
  serde = createInMemorySerde();
  [files, applied, reasons] = [() => one, [], []];
  const config = { 'cleanup.policy': 'compact' };
  await cluster.admin.createTopics([{ name: topics.opsFlows.name, partitions: 1, replicationFactor: 1, config }]);
});
afterEach(async () => {
  await follower.close();
  await cluster.close();
});

describe('a process that follows the announced flows', () => {
  it('says what it runs while nothing is announced, and once when nothing changes', async () => {
    await start();
    expect(await answered(1)).toMatchObject({ state: 'running', digest: flowsDigest(one), reasons: [] });
    await announce(one);
    files = () => other;
    await announce(other);
    expect(await answered(2)).toMatchObject({ state: 'running', digest: flowsDigest(other) });
    expect(answers()).toHaveLength(2);
  });

  it('goes over to announced files, once', async () => {
    files = () => other;
    await start();
    await answered(1);
    expect(applied).toEqual([]);
    await announce(other);
    expect(await answered(2)).toMatchObject({ state: 'running', digest: flowsDigest(other) });
    expect(flowsDigest(follower.current())).toBe(flowsDigest(other));
    expect(applied).toEqual([flowsDigest(other)]);
  });

  it('waits for the announced files where it has others, says so, and takes them when they come', async () => {
    await start();
    await answered(1);
    await announce(other);
    expect(await answered(2)).toMatchObject({
      ...{ state: 'waiting', digest: flowsDigest(one) },
      reasons: [expect.stringContaining(`version ${flowsDigest(one)}, not ${flowsDigest(other)}`)],
    });
    expect(applied).toEqual([]);
    files = () => other;
    expect(await answered(3)).toMatchObject({ state: 'running', digest: flowsDigest(other) });
  });

  it('goes on with what it has while its files say nothing that can run', async () => {
    files = () => {
      throw new FlowError('X_FLOWS_INVALID', 'the flow files have a problem');
    };
    await start();
    await announce(other);
    await answered(1);
    while (answers().at(-1)?.state !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 1));
    expect(answers().at(-1)).toMatchObject({ digest: flowsDigest(one), reasons: ['the flow files have a problem'] });
  });

  it('says why it must be started anew, and has what was announced after it', async () => {
    files = () => other;
    reasons = ['table accounts is read at its start'];
    await announce(other);
    await start();
    expect(await answered(1)).toMatchObject({ state: 'restart', digest: flowsDigest(one), reasons });
    expect(flowsDigest(follower.current())).toBe(flowsDigest(one));
    await follower.close();
    await start(other);
    expect(await answered(2)).toMatchObject({ state: 'running', digest: flowsDigest(other) });
    expect(applied).toHaveLength(1);
  });

  it('leaves nothing of itself behind when it ends in order', async () => {
    await start();
    await answered(1);
    await follower.close();
    expect(cluster.records(topics.opsFlows.name).at(-1)).toMatchObject({ key: Buffer.from('enricher-0'), value: null });
  });

  it('hears of the announcement although the registry was away when it came', async () => {
    files = () => other;
    serde.setReachable(false);
    await start();
    serde.setReachable(true);
    await announce(other);
    while (answers().at(-1)?.digest !== flowsDigest(other)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(applied).toEqual([flowsDigest(other)]);
  });
});
