import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testCluster } from '@millrace/embedded/testing';
import { classifyClientFailure } from '../../src/errors.ts';
import { Connection } from '../../src/kafkajs/connection.ts';
import { connectTest, quiet, testNamespace, until } from '../kafka-harness.ts';
import { createTopic } from '../regression/behind-proxy.ts';
import { api, type FaultProxy, startFaultProxy } from '../regression/fault-proxy.ts';
import { dethrone } from '../regression/tampering.ts';

const topic = `${testNamespace()}-connection`;

describe('a connection', () => {
  let proxy: FaultProxy;
  let connection: Connection;
  const failure = (work: Promise<unknown>): Promise<string> => work.then(() => 'answered', classifyClientFailure);
  beforeEach(async () => {
    const direct = connectTest();
    await createTopic(direct, topic, 3);
    await direct.close();
    const brokers = testCluster().kafkaBrokers;
    proxy = await startFaultProxy(brokers);
    connection = new Connection({ brokers, clientId: 'c', logger: quiet, openSocket: proxy.openSocket }, 1_000);
  });
  afterEach(async () => {
    connection.close();
    await proxy.close();
  });

  it('knows where partitions are led although one of them is not', async () => {
    proxy.onAnswer(api.metadata, { kind: 'rewrite', rewrite: (frame) => dethrone(frame, topic, 1) });
    const leaders = await connection.locate(topic);
    expect([...leaders.keys()].toSorted()).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((partition) => connection.leader(topic, partition) === null)).toEqual([false, true, false]);
  });

  it('gives up a lookup that is not answered, and those that wait behind it; the next is answered', async () => {
    await connection.locate(topic);
    const known = connection.leader(topic, 0);
    proxy.stallConnections();
    const from = performance.now();
    expect(await Promise.all([failure(connection.locate(topic)), failure(connection.locate(topic))])).toEqual([
      'unavailable',
      'unavailable',
    ]);
    expect(performance.now() - from).toBeLessThan(5_000);
    // What was known of other partitions is as good as it was.
    expect(connection.leader(topic, 0)).toBe(known);
    expect((await connection.locate(topic)).size).toBe(3);
    await until(() => proxy.open() === 1, 'the silent connection is closed');
  });

  it('gives up a lookup whose connection is cut in the middle of the answer; the next is answered', async () => {
    await connection.locate(topic);
    proxy.onAnswer(api.metadata, { kind: 'cut-midway' }, { times: 1 });
    expect(await failure(connection.locate(topic))).toBe('unavailable');
    expect((await connection.locate(topic)).size).toBe(3);
  });

  it('answers those who wait at once when it is reset, and connects anew', async () => {
    await connection.locate(topic);
    const lost = proxy.onRequest(api.metadata, { kind: 'lose' }, { times: 1 });
    const waiting = failure(connection.locate(topic));
    await until(() => lost.hits() === 1, 'the question is on its way');
    const from = performance.now();
    connection.reset();
    expect(await waiting).toBe('unavailable');
    expect(performance.now() - from).toBeLessThan(500);
    expect((await connection.locate(topic)).size).toBe(3);
    expect(proxy.made()).toBe(2);
  });

  it('is not held up by a broker that takes connections and never answers, when there is another', async () => {
    const silent = await startFaultProxy(testCluster().kafkaBrokers);
    silent.freeze();
    const [real] = testCluster().kafkaBrokers as readonly [string];
    const openSocket = (host: string, port: number): ReturnType<FaultProxy['openSocket']> =>
      host === 'silent.invalid'
        ? silent.openSocket('127.0.0.1', Number(real.split(':')[1]))
        : proxy.openSocket(host, port);
    const two = new Connection(
      { brokers: ['silent.invalid:9092', real], clientId: 'c', logger: quiet, openSocket },
      15_000,
    );
    const from = performance.now();
    await until(
      () =>
        two.locate(topic).then(
          () => true,
          () => false,
        ),
      'the other is asked',
      30_000,
    );
    expect(silent.made()).toBe(1);
    expect(performance.now() - from).toBeLessThan(10_000);
    two.close();
    await silent.close();
  });
});
