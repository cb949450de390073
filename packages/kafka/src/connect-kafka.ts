import {
  type Broker,
  CodedError,
  type GroupMember,
  type InboundRecord,
  type MemberOptions,
  type PartitionRange,
  type ReaderOptions,
  retry,
  type TopicReader,
} from '@millrace/messaging';
import { type Metrics, names, type ReadinessState } from '@millrace/service';
import { accessWarnings, createAccess } from './access/access.ts';
import type { AccessSettings } from './access/access-settings.ts';
import type { ClientConfig } from './client-config.ts';
import type { Driver } from './driver.ts';
import { createKafkajsDriver } from './kafkajs/kafkajs-driver.ts';
import type { MemberSettings } from './membership/member-settings.ts';
import { createPlatformaticDriver } from './platformatic/platformatic-driver.ts';
import { createAccumulator, type RecordAccumulator } from './producer/accumulator.ts';
import type { AccumulatorOptions } from './producer/accumulator-options.ts';
import type { Compression } from './producer/produce-transport.ts';
import { createProducerMetrics } from './producer/producer-metrics.ts';
import { readRanges } from './reading/ranges.ts';
import { KafkaReader } from './reading/reader.ts';
import { type DriverName, defaultGroupSettings, type KafkaGroupSettingValues } from './settings.ts';

/** Every producer setting has a default fit for production. */
export interface ProducerSettings extends Omit<AccumulatorOptions, 'transport' | 'now' | 'random' | 'watch'> {
  readonly compression: Compression;
  /** How long a leader may wait for its replicas. */
  readonly ackTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

export interface KafkaOptions extends Omit<ClientConfig, 'access'>, AccessSettings, Partial<KafkaGroupSettingValues> {
  /** `kafkajs` when absent. */
  readonly driver?: DriverName;
  /** Where the producers show what they do. Absent: nowhere. */
  readonly metrics?: Metrics;
  readonly producer?: Partial<ProducerSettings>;
  readonly member?: Partial<MemberSettings>;
}

export const producerDefaults: ProducerSettings = {
  compression: 'zstd',
  ackTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  deliveryTimeoutMs: 60_000,
  bufferBytes: 32 * 1_048_576,
  batchRecords: 1_000,
  batchBytes: 512 * 1_024,
  // A quarter of what callers may have waiting: one request is made while the other is at the broker.
  requestBytes: 256 * 1_024,
  requestsPerNode: 2,
  spacingMs: 5,
  enoughRecords: 64,
  retryMinMs: 50,
  retryMaxMs: 1_000,
  unknownTopicGraceMs: 10_000,
  topicRefreshMs: 60_000,
  closeTimeoutMs: 15_000,
};

export const memberDefaults: MemberSettings = {
  ...defaultGroupSettings,
  heartbeatIntervalMs: 1_500,
  rebalanceTimeoutMs: 60_000,
  // What comes ends the wait at once, so only an idle service feels it: every end is a wake-up for nothing.
  maxWaitMs: 500,
  maxFetchBytes: 1_048_576,
  maxFetchBytesPerPartition: 256 * 1_024,
  requestTimeoutMs: 15_000,
  closeTimeoutMs: 5_000,
};

const readLimits = { maxWaitMs: 500, maxBytes: 4 * 1_048_576, maxBytesPerPartition: 1_048_576 };
const adminTimeoutMs = 15_000;
const readTimeoutMs = 15_000;
const defaultMaxMessageBytes = 1_048_588;

export interface KafkaBroker extends Omit<Broker, 'createProducer'> {
  createProducer(): Promise<RecordAccumulator>;
  /** From memory: not ready while a broker does not let us in, with the reason and what mends it. */
  readiness(): ReadinessState;
}

const drivers: Readonly<Record<DriverName, (config: ClientConfig, adminTimeoutMs: number) => Driver>> = {
  kafkajs: createKafkajsDriver,
  platformatic: createPlatformaticDriver,
};

/**
 * Kafka behind the broker port, over the client library that is asked for. Opens nothing by itself: producers, members and readers connect when they
 * are made, keep trying while no broker answers, and go on by themselves once one does.
 */
export function connectKafka(options: KafkaOptions): KafkaBroker {
  const {
    driver: driverName = 'kafkajs',
    metrics,
    producer,
    member,
    sessionTimeoutMs,
    staticSessionTimeoutMs,
    brokers,
    clientId,
    logger,
    openSocket,
  } = options;
  const access = createAccess(options, { logger, monotonic: () => performance.now(), now: () => Date.now() });
  for (const warning of accessWarnings(options)) logger.warn({ warning }, names.logs.kafka.accessDoubtful);
  const config: ClientConfig = {
    brokers,
    clientId,
    logger,
    access,
    ...(openSocket === undefined ? {} : { openSocket }),
  };
  const driver = drivers[driverName](config, adminTimeoutMs);
  const { admin } = driver;
  const producerSettings = { ...producerDefaults, ...producer };
  const shown = metrics === undefined ? null : createProducerMetrics(metrics);
  const memberSettings = {
    ...memberDefaults,
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
    ...(staticSessionTimeoutMs === undefined ? {} : { staticSessionTimeoutMs }),
    ...member,
  };
  const parts = new Set<{ close(): Promise<void> }>();
  let closed: Promise<void> | null = null;

  const own = <T extends { close(): Promise<void> }>(part: T): T => {
    if (closed !== null) throw new CodedError('X_KAFKA_CLOSED', 'the broker is closed', { disposition: retry() });
    parts.add(part);
    return part;
  };

  return {
    capabilities: driver.capabilities,
    admin,
    createProducer: async (): Promise<RecordAccumulator> => {
      const { compression, ackTimeoutMs, requestTimeoutMs, ...accumulator } = producerSettings;
      const transport = driver.createTransport({
        config,
        compression,
        ackTimeoutMs,
        requestTimeoutMs,
        maxMessageBytes: async (topic) =>
          (await admin.maxMessageBytes(topic).catch(unlessAway)) ?? defaultMaxMessageBytes,
      });
      const made = own(
        createAccumulator({
          ...accumulator,
          transport,
          now: () => performance.now(),
          random: () => Math.random(),
          ...(shown === null ? {} : { watch: shown.watch }),
        }),
      );
      shown?.follow(() => made.stats());
      return made;
    },
    createMember: async (options: MemberOptions): Promise<GroupMember> =>
      own(driver.createMember({ ...options, config, settings: memberSettings })),
    createReader: async (reader: ReaderOptions): Promise<TopicReader> => {
      const log = driver.createLog(readTimeoutMs);
      const opened = own(
        new KafkaReader({ ...reader, log, limits: readLimits, logger: config.logger, refreshMs: 60_000 }),
      );
      await opened.open();
      return opened;
    },
    readRanges: (ranges: readonly PartitionRange[], signal?: AbortSignal): AsyncIterable<InboundRecord> =>
      readRanges(ranges, { log: driver.createLog(readTimeoutMs), limits: readLimits, tries: 8 }, signal),
    isReachable: (timeoutMs: number): Promise<boolean> => admin.isReachable(timeoutMs),
    readiness: () => access.readiness(),
    close: (): Promise<void> => {
      closed ??= Promise.all([...parts].map((part) => part.close())).then(() => admin.close());
      return closed;
    },
  };
}

// A client that may produce but not describe still produces; one that gets no answer asks again.
function unlessAway(error: unknown): null {
  if ((error as { unavailable?: unknown }).unavailable === true) throw error;
  return null;
}
