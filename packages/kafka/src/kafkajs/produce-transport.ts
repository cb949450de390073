import kafkajs, { type Admin } from 'kafkajs';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import protocol from 'kafkajs/src/protocol/requests/index.js';
import type { ClientConfig } from '../client-config.ts';
import {
  type Compression,
  type PartitionBatch,
  type ProduceTransport,
  TransportError,
  type WireCodec,
  wireCodec,
} from '../producer/produce-transport.ts';
import { topicShapes, transportError } from '../producer/topic-shapes.ts';
import { Connection } from './connection.ts';

const { CompressionTypes } = kafkajs;

const codecs: Readonly<Record<WireCodec, number>> = {
  zstd: CompressionTypes.ZSTD,
  lz4: CompressionTypes.LZ4,
  gzip: CompressionTypes.GZIP,
  none: CompressionTypes.None,
};

export interface KafkaTransportOptions {
  readonly config: ClientConfig;
  readonly compression: Compression;
  /** How long the leader may wait for its replicas. */
  readonly ackTimeoutMs: number;
  /** A leader that has not answered by then is given up, and with it its connection. */
  readonly requestTimeoutMs: number;
  readonly maxMessageBytes: (topic: string) => Promise<number>;
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset?: string;
      readonly offset?: string;
    }[];
  }[];
}

/** A broker that is cut off from its cluster still answers who leads, as it was: nobody is asked for longer than this. */
const sameBrokerMs = 10_000;

/**
 * acks=all, one request per call, every partition's answer handed on as the leader gave it. Who leads is asked over
 * connections of their own: a broker answers one request of a connection after the other, so a question behind a write
 * that waits for its replicas would wait as long, and giving it up would cut the write.
 */
export function createKafkaTransport(options: KafkaTransportOptions): ProduceTransport {
  const connection = new Connection(options.config, options.requestTimeoutMs);
  const lookups = new Connection(options.config, options.requestTimeoutMs);
  const topic = topicShapes({
    locate: (name) => {
      lookups.moveOn(sameBrokerMs);
      return lookups.locate(name);
    },
    maxMessageBytes: options.maxMessageBytes,
    onFailed: () => lookups.moveOn(0),
  });

  const produce: ProduceTransport['produce'] = async (node, batches, beforeWrite) => {
    let isSent = false;
    try {
      const broker = await connection.broker(node);
      const { request, response } = broker.lookupRequest(
        apiKeys.Produce,
        protocol.requests.Produce,
      )({
        acks: -1,
        timeout: options.ackTimeoutMs,
        compression: codecs[wireCodec(options.compression, batches)],
        topicData: toTopicData(batches),
      });
      const encode = async (): Promise<unknown> => {
        const packed = await request.encode();
        beforeWrite();
        isSent = true;
        return packed;
      };
      // The client's own `parse` throws at the first partition with an error and forgets the others.
      const answer = (await broker.connectionPool.send({
        request: { ...request, encode },
        response: { decode: response.decode, parse: async (data) => data },
        logResponseError: false,
      })) as ProduceAnswer;
      return answer.topics.flatMap(({ topicName, partitions }) =>
        partitions.map(({ partition, errorCode, baseOffset, offset }) => ({
          topic: topicName,
          partition,
          errorCode,
          baseOffset: Number(baseOffset ?? offset),
        })),
      );
    } catch (error) {
      if (error instanceof TransportError) throw error;
      throw transportError(error, isSent);
    }
  };

  return {
    topic,
    produce,
    leader: (name, partition) => lookups.leader(name, partition),
    recycle: async () => {
      connection.reset();
      lookups.forget();
    },
    close: async () => {
      connection.close();
      lookups.close();
    },
  };
}

function toTopicData(batches: readonly PartitionBatch[]): object[] {
  const topics = new Map<string, { topic: string; partitions: object[] }>();
  for (const { topic, partition, records } of batches) {
    let data = topics.get(topic);
    if (data === undefined) {
      data = { topic, partitions: [] };
      topics.set(topic, data);
    }
    data.partitions.push({ partition, messages: records });
  }
  return [...topics.values()];
}

/** The topic's own `max.message.bytes`; null where this client may not ask. */
export async function readMaxMessageBytes(admin: Admin, topic: string): Promise<number | null> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['max.message.bytes'] }],
  });
  const value = Number(
    resources[0]?.configEntries.find(({ configName }) => configName === 'max.message.bytes')?.configValue,
  );
  return Number.isFinite(value) && value > 0 ? value : null;
}
