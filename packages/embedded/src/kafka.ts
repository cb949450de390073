import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveUse, archiveFlags, findArchive } from './class-archive.ts';
import { asDataFolderError, EmbeddedError } from './errors.ts';
import { spawnGuarded } from './guarded-process.ts';
import { ensureJavaParts, type JavaParts } from './java-parts.ts';
import {
  type KafkaListener,
  type KafkaNode,
  kafkaNodes,
  newClusterId,
  nodeProperties,
  type ScramUser,
} from './kafka-config.ts';
import { readClusterMetadata } from './kafka-probe.ts';
import type { Progress, RunningPart, StartingPart } from './part.ts';
import { demandFreePort } from './ports.ts';
import { openServerLog } from './server-log.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface KafkaOptions {
  /** Everything of this cluster; made when absent. */
  readonly dataDir: string;
  /** Of the first node; further nodes take the next two free of the pair: `port + 2n`. */
  readonly port: number;
  readonly controllerPort: number;
  readonly host?: string;
  readonly nodes?: 1 | 3;
  /** `start` compiles little and is up soonest; `throughput` lets the JVM compile fully, as benchmarks need. */
  readonly tuning?: 'start' | 'throughput';
  /** Where the server's own log goes; below the data folder when absent. */
  readonly logFile?: string;
  /** Any broker property, over ours. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Beside the plain one, which everything on this machine may use: with TLS, with a login. */
  readonly listeners?: readonly KafkaListener[];
  /** Made with the storage; ignored where there is one already. */
  readonly scramUsers?: readonly ScramUser[];
  /** Of the server's Java. */
  readonly systemProperties?: Readonly<Record<string, string>>;
  readonly parts?: JavaParts;
  readonly archive?: ArchiveUse;
  readonly onProgress?: Progress;
  /** Gives the start up. Abort it only while starting: afterwards it would stop the server out of turn. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface RunningKafka extends RunningPart {
  readonly brokers: readonly string[];
  readonly clusterId: string;
  readonly nodes: readonly RunningPart[];
}

/** A cluster whose storage is formatted; none of its nodes runs yet. */
export interface PreparedKafka {
  readonly brokers: readonly string[];
  readonly clusterId: string;
  readonly nodes: readonly PreparedNode[];
}

/** One node, to be started, and after its end started again, by itself. */
export interface PreparedNode {
  readonly id: number;
  /** Resolves with the process; it is ready when the cluster counts it among its brokers. */
  start(signal?: AbortSignal): Promise<StartingPart>;
}

const marker = 'millrace-kafka.json';

/**
 * Starts real Kafka in KRaft mode and resolves when it answers as the very cluster that was formatted here:
 * a port that somebody else holds never passes for ours.
 */
export const startKafka = async (options: KafkaOptions): Promise<RunningKafka> => {
  const { brokers, clusterId, nodes } = await prepare(options, (ids) => ids.length === (options.nodes ?? 1));
  options.onProgress?.('starting');
  const started = await Promise.allSettled(
    nodes.map(async (node) => {
      const part = await node.start(options.signal);
      await part.ready;
      return part;
    }),
  );
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await Promise.all(running.map((node) => node.stop()));
    throw failure.reason;
  }
  const [first] = running;
  if (first === undefined) throw new EmbeddedError('X_EMBEDDED_NOT_READY', 'Kafka was asked for with no node.');
  return {
    brokers,
    clusterId,
    nodes: running,
    pid: first.pid,
    exited: Promise.race(running.map((node) => node.exited)),
    isAlive: () => running.every((node) => node.isAlive()),
    stop: async () => {
      await Promise.all(running.map((node) => node.stop()));
    },
  };
};

/** Formats the storage where there is none, and starts nothing. For whoever keeps each node alive by itself. */
export const prepareKafka = (options: KafkaOptions): Promise<PreparedKafka> =>
  prepare(options, (ids, own) => ids.includes(own));

/** Whether a node belongs to the cluster, by the brokers that it knows and its own id. */
type IsJoined = (brokerIds: readonly number[], own: number) => boolean;

const prepare = async (options: KafkaOptions, isJoined: IsJoined): Promise<PreparedKafka> => {
  const onProgress = options.onProgress ?? (() => {});
  const parts = options.parts ?? (await ensureJavaParts(onProgress, options.signal));
  const nodes = kafkaNodes(options);
  for (const node of nodes) await demandPorts(node);
  const clusterId = await format(parts, options, nodes, onProgress);
  return {
    brokers: nodes.map(({ host, port }) => `${host}:${port}`),
    clusterId,
    nodes: nodes.map((node) => ({
      id: node.id,
      start: (signal) => startNode({ ...options, parts, signal, isJoined }, nodes, node, clusterId),
    })),
  };
};

const demandPorts = async (node: KafkaNode): Promise<void> => {
  await demandFreePort('Kafka', node.port, node.host);
  await demandFreePort("Kafka's controller", node.controllerPort, node.host);
  for (const { name, port } of node.listeners) await demandFreePort(`Kafka's listener ${name}`, port, node.host);
};

const startNode = async (
  options: KafkaOptions & { readonly parts: JavaParts; readonly isJoined: IsJoined },
  nodes: readonly KafkaNode[],
  node: KafkaNode,
  clusterId: string,
): Promise<StartingPart> => {
  const { parts } = options;
  await demandPorts(node);
  const log = await openServerLog(nodeLog(options, node));
  const properties = join(node.dataDir, 'server.properties');
  await writeFile(properties, nodeProperties(node, nodes, join(node.dataDir, 'log'), options.properties));
  const child = spawnGuarded({
    command: parts.java.command,
    args: [
      '-Xms64m',
      '-Xmx512m',
      '-XX:+UseSerialGC',
      ...(options.tuning === 'throughput' ? [] : ['-XX:TieredStopAtLevel=1']),
      ...archiveFlags(options.archive ?? findArchive(parts, 'kafka')),
      '-Djava.awt.headless=true',
      '-Dorg.apache.logging.log4j.level=WARN',
      ...Object.entries(options.systemProperties ?? {}).map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      parts.kafkaClassPath,
      'kafka.Kafka',
      properties,
    ],
    cwd: node.dataDir,
    output: log.descriptor,
    graceMs: 20_000,
    orphanGraceMs: 10_000,
    signal: options.signal,
  });
  log.release();
  const ready = waitUntilReady({
    part: 'Kafka',
    child,
    log,
    timeoutMs: options.timeoutMs ?? 60_000,
    explain: (text) => explainEnd(text, options.dataDir),
    isReady: async () => {
      const found = await readClusterMetadata(node.host, node.port);
      if (found.clusterId !== null && found.clusterId !== clusterId) {
        throw new EmbeddedError(
          'X_EMBEDDED_WRONG_CLUSTER',
          `Another Kafka cluster answers on port ${node.port}; stop it or choose other ports with --port-base.`,
        );
      }
      return found.clusterId === clusterId && options.isJoined(found.brokerIds, node.id);
    },
  });
  ready.catch(() => {}); // whoever only watches its end has no use for it
  return {
    pid: child.pid,
    exited: child.exited,
    ready,
    isAlive: child.isAlive,
    stop: async () => {
      await child.stop();
    },
  };
};

/** Of the first node where it was asked for, of the others beside it. */
const nodeLog = ({ logFile }: KafkaOptions, node: KafkaNode): string => {
  if (logFile === undefined) return join(node.dataDir, 'server.log');
  return node.id === 1 ? logFile : `${logFile.replace(/\.log$/, '')}-${node.id}.log`;
};

const explainEnd = (log: string, dataDir: string): EmbeddedError | undefined => {
  if (/Address already in use/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_PORT_TAKEN',
      'A port that Kafka needs was taken by another process while it started; choose other ports with --port-base.',
    );
  if (/No space left on device/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DISK_FULL',
      `The disk of the data folder ${dataDir} is full; make room or choose another with --data.`,
    );
  if (/Failed to acquire lock on file/.test(log))
    return new EmbeddedError(
      'X_EMBEDDED_DATA_IN_USE',
      `Another Kafka is using the data folder ${dataDir}; stop it or choose another with --data.`,
    );
  return undefined;
};

interface Marker {
  readonly version: string;
  readonly clusterId: string;
  readonly nodes: number;
}

const minor = (version: string): string => version.split('.').slice(0, 2).join('.');

/** The cluster's id: read, or made together with the storage. The storage appears by one rename, whole or not at all. */
const format = async (
  parts: JavaParts,
  options: KafkaOptions,
  nodes: readonly KafkaNode[],
  onProgress: Progress,
): Promise<string> => {
  const { dataDir } = options;
  if (existsSync(join(dataDir, marker))) {
    const found = JSON.parse(await readFile(join(dataDir, marker), 'utf8')) as Marker;
    if (minor(found.version) !== minor(parts.kafkaVersion) || found.nodes !== nodes.length) {
      throw new EmbeddedError(
        'X_EMBEDDED_DATA_VERSION',
        `The data folder ${dataDir} belongs to Kafka ${found.version} with ${found.nodes} node(s), this is Kafka ${parts.kafkaVersion} with ${nodes.length}; choose another with --data, or keep that one for the older Millrace.`,
      );
    }
    return found.clusterId;
  }
  if (existsSync(dataDir)) {
    throw new EmbeddedError(
      'X_EMBEDDED_DATA_VERSION',
      `The folder ${dataDir} was not made by Millrace; choose another with --data.`,
    );
  }
  onProgress('formatting its storage');
  const clusterId = newClusterId();
  const temporary = `${dataDir}.${randomBytes(4).toString('hex')}.part`;
  try {
    for (const node of nodes) await formatNode(parts, node, nodes, temporary, clusterId, options);
    await writeFile(
      join(temporary, marker),
      `${JSON.stringify({ version: parts.kafkaVersion, clusterId, nodes: nodes.length } satisfies Marker)}\n`,
    );
    await rename(temporary, dataDir);
  } catch (error) {
    throw asDataFolderError(error, dataDir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return clusterId;
};

const formatNode = async (
  parts: JavaParts,
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  temporary: string,
  clusterId: string,
  options: KafkaOptions,
): Promise<void> => {
  const folder = join(temporary, `node-${node.id}`);
  await mkdir(folder, { recursive: true });
  const properties = join(folder, 'server.properties');
  await writeFile(properties, nodeProperties(node, nodes, join(folder, 'log'), options.properties));
  let said = '';
  const tool = spawnGuarded({
    command: parts.java.command,
    args: [
      '-Xmx128m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...archiveFlags(findArchive(parts, 'kafka')),
      '-Dorg.apache.logging.log4j.level=WARN',
      '-cp',
      parts.kafkaClassPath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      properties,
      ...(options.scramUsers ?? []).flatMap(({ name, password, mechanism }) => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password}]`,
      ]),
    ],
    output: 'pipe',
    signal: options.signal,
    onOutput: (chunk) => {
      said += chunk;
    },
  });
  const { code } = await tool.exited;
  if (code === 0) return;
  throw (
    explainEnd(said, options.dataDir) ??
    new EmbeddedError(
      'X_EMBEDDED_EXITED',
      `Kafka's storage could not be formatted: ${said.trim().split('\n')[0] ?? `code ${code}`}`,
    )
  );
};
