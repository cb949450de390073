import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import { testCluster, testNamespace } from '@millrace/embedded/testing';
import { createLogger, type Logger } from '@millrace/service';
import kafkajs from 'kafkajs';
import { connectKafka, type DriverName, type KafkaBroker, type KafkaOptions } from '../src/index.ts';
import { createCluster } from '../src/kafkajs/client.ts';

/** What holds for one holds for the other. */
export const drivers: readonly DriverName[] = ['kafkajs', 'platformatic'];

export const quiet: Logger = createLogger({ service: 'kafka-test', level: 'silent' });

/** A connection that can be killed: its sockets die at once and no new one opens, as if the process were gone. */
export interface MortalBroker {
  readonly broker: KafkaBroker;
  kill(): void;
  /** Lets it reach the cluster again and closes it, so that nothing of it is left to try. */
  bury(): Promise<void>;
}

export function connectMortal(options: Partial<KafkaOptions> = {}): MortalBroker {
  const sockets = new Set<Socket>();
  let isDead = false;
  const openSocket = (host: string, port: number): Socket => {
    // Port 1 refuses: a dead process reaches nobody.
    const socket = connect({ host, port: isDead ? 1 : port });
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const broker = connectKafka({
    brokers: testCluster().kafkaBrokers,
    clientId: 'kafka-test',
    logger: quiet,
    openSocket,
    ...options,
    member: {
      sessionTimeoutMs: 6_000,
      staticSessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 300,
      closeTimeoutMs: 3_000,
      ...options.member,
    },
  });
  return {
    broker,
    kill: () => {
      isDead = true;
      for (const socket of sockets) socket.destroy(new Error('killed'));
    },
    bury: async () => {
      const closed = broker.close();
      isDead = false;
      await closed;
    },
  };
}

export const connectTest = (options: Partial<KafkaOptions> = {}): KafkaBroker => connectMortal(options).broker;

/** For all tests of the file or block that asks for it; closed after the last of them. */
export function connectForTests(options: Partial<KafkaOptions> = {}): KafkaBroker {
  const broker = connectTest(options);
  afterAll(() => broker.close());
  return broker;
}

/** Makes everyone in a group join again: a member that wants no topic comes, and stays. */
export async function disturbGroup(
  group: string,
  brokers: readonly string[] = testCluster().kafkaBrokers,
): Promise<() => void> {
  const config = { brokers, clientId: 'disturber', logger: quiet };
  const { cluster, sockets } = createCluster(config, 30_000);
  await cluster.connect();
  await cluster.brokerPool.refreshMetadata([]);
  const coordinator = (await cluster.findGroupCoordinator({ groupId: group })) as unknown as {
    joinGroup(request: object): Promise<unknown>;
  };
  const metadata = kafkajs.AssignerProtocol.MemberMetadata.encode({
    version: 1,
    topics: [],
    userData: Buffer.alloc(0),
  });
  void coordinator
    .joinGroup({
      groupId: group,
      sessionTimeout: 120_000,
      rebalanceTimeout: 120_000,
      memberId: '',
      groupProtocols: [{ name: 'millrace-index', metadata }],
    })
    .catch(() => undefined);
  return () => {
    sockets.cut();
    cluster.disconnect().catch(() => undefined);
  };
}

/** Polls until the claim holds; the deadline is only for a broken law. */
export async function until(claim: () => boolean | Promise<boolean>, what: string, patienceMs = 20_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await claim())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(20);
  }
}

export { testNamespace };
