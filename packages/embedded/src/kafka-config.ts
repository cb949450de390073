import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** A listener beside the plain one. */
export interface KafkaListener {
  /** Upper case; a name of the broker's configuration. */
  readonly name: string;
  /** Of the first node; the next have `port + 1`, `port + 2`. */
  readonly port: number;
  readonly protocol: 'PLAINTEXT' | 'SASL_PLAINTEXT' | 'SSL' | 'SASL_SSL';
  /** Broker properties of this listener alone, without its prefix: `ssl.keystore.location`. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Who may log in by SCRAM from the first start on: made with the storage. */
export interface ScramUser {
  readonly name: string;
  readonly password: string;
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
}

export interface KafkaNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  readonly listeners: readonly KafkaListener[];
}

/** 16 random bytes as Kafka writes them. One in 64 would begin with a dash, which its tools take for an option. */
export const newClusterId = (random: (bytes: number) => Buffer = randomBytes): string => {
  const id = random(16).toString('base64url');
  return id.startsWith('-') ? newClusterId(random) : id;
};

/** The nodes of a cluster and where each listens. */
export const kafkaNodes = (options: {
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly host?: string;
  readonly nodes?: 1 | 3;
  readonly listeners?: readonly KafkaListener[];
}): readonly KafkaNode[] =>
  Array.from({ length: options.nodes ?? 1 }, (_, index) => ({
    id: index + 1,
    host: options.host ?? '127.0.0.1',
    port: options.port + 2 * index,
    controllerPort: options.controllerPort + 2 * index,
    dataDir: join(options.dataDir, `node-${index + 1}`),
    listeners: (options.listeners ?? []).map((listener) => ({ ...listener, port: listener.port + index })),
  }));

/**
 * The broker's properties. Small on purpose where memory or start-up time hangs on it, strict where data does:
 * no topic by accident, no unclean election, offsets kept as long as anything that may be replayed.
 */
export const nodeProperties = (
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  logDir: string,
  over: Readonly<Record<string, string>> = {},
): string => {
  const replicas = String(nodes.length);
  const inSync = nodes.length === 1 ? '1' : '2';
  const also = node.listeners.map(({ name, port }) => `,${name}://${node.host}:${port}`).join('');
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    listeners: `BROKER://${node.host}:${node.port},CONTROLLER://${node.host}:${node.controllerPort}${also}`,
    'advertised.listeners': `BROKER://${node.host}:${node.port}${also}`,
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': [
      'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
      ...node.listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    'controller.quorum.voters': nodes
      .map(({ id, host, controllerPort }) => `${id}@${host}:${controllerPort}`)
      .join(','),
    'log.dirs': logDir,
    'auto.create.topics.enable': 'false',
    'unclean.leader.election.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '8',
    'offsets.retention.minutes': String(60 * 24 * 60),
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // After a kill the new process may register only when the old one's session is over; default 9 s.
    ...(nodes.length === 1 ? { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' } : {}),
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
    'num.recovery.threads.per.data.dir': '2',
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    'log.index.size.max.bytes': String(1024 * 1024),
    ...Object.fromEntries(
      node.listeners.flatMap(({ name, properties = {} }) =>
        Object.entries(properties).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
      ),
    ),
    ...over,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
};
