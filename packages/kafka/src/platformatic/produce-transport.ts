import {
  type Compression,
  type PartitionAnswer,
  type PartitionBatch,
  type ProduceTransport,
  TransportError,
  wireCodec,
} from '../producer/produce-transport.ts';
import { topicShapes, transportError } from '../producer/topic-shapes.ts';
import type { Checksum } from '../reading/checksum.ts';
import type { Client, Link } from './client.ts';
import type { Cluster } from './cluster.ts';
import { codecNumbers, compress } from './codecs.ts';
import { batchHeaderBytes, type EncodedRecords, encodeRecords, writeBatch } from './encode-batch.ts';

export interface PlatformaticTransportOptions {
  readonly cluster: Cluster;
  readonly compression: Compression;
  /** How long the leader may wait for its replicas. */
  readonly ackTimeoutMs: number;
  readonly maxMessageBytes: (topic: string) => Promise<number>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const allReplicas = -1;

/** acks=all, one request per call, every partition's answer handed on as the leader gave it. */
export function createPlatformaticTransport(options: PlatformaticTransportOptions): ProduceTransport {
  const { cluster } = options;
  const topic = topicShapes({
    locate: (name) => cluster.locate(name),
    maxMessageBytes: options.maxMessageBytes,
    onFailed: () => undefined,
  });

  const produce: ProduceTransport['produce'] = async (node, batches, beforeWrite) => {
    let isSent = false;
    try {
      const codec = wireCodec(options.compression, batches);
      const now = options.now();
      const encoded = await Promise.all(
        batches.map(async (batch): Promise<EncodedBatch> => {
          const records = encodeRecords(batch.records, now);
          return { batch, records, payload: await compress(records.data, codec) };
        }),
      );
      return await cluster.ask(node, (link, client) => {
        const body = encodeRequest(encoded, codecNumbers[codec], options.ackTimeoutMs, client.crc32c);
        beforeWrite();
        isSent = true;
        return request(link, client, body);
      });
    } catch (error) {
      if (error instanceof TransportError) throw error;
      throw transportError(error, isSent);
    }
  };

  return {
    topic,
    produce,
    leader: (name, partition) => cluster.leader(name, partition),
    recycle: async () => cluster.reset(),
    close: async () => cluster.close(),
  };
}

interface EncodedBatch {
  readonly batch: PartitionBatch;
  readonly records: EncodedRecords;
  readonly payload: Buffer;
}

/** The body of a produce request of version 7, in one buffer. */
function encodeRequest(
  encoded: readonly EncodedBatch[],
  codec: number,
  ackTimeoutMs: number,
  checksum: Checksum,
): Buffer {
  const topics = new Map<string, { readonly name: Buffer; readonly batches: EncodedBatch[] }>();
  let bytes = 12;
  for (const each of encoded) {
    let ofTopic = topics.get(each.batch.topic);
    if (ofTopic === undefined) {
      ofTopic = { name: Buffer.from(each.batch.topic), batches: [] };
      topics.set(each.batch.topic, ofTopic);
      bytes += 6 + ofTopic.name.length;
    }
    ofTopic.batches.push(each);
    bytes += 8 + batchHeaderBytes + each.payload.length;
  }
  const body = Buffer.allocUnsafe(bytes);
  let at = body.writeInt16BE(-1, 0);
  at = body.writeInt16BE(allReplicas, at);
  at = body.writeInt32BE(ackTimeoutMs, at);
  at = body.writeInt32BE(topics.size, at);
  for (const { name, batches } of topics.values()) {
    at = body.writeInt16BE(name.length, at);
    body.set(name, at);
    at = body.writeInt32BE(batches.length, at + name.length);
    for (const { batch, records, payload } of batches) {
      at = body.writeInt32BE(batch.partition, at);
      at = body.writeInt32BE(batchHeaderBytes + payload.length, at);
      at = writeBatch(body, at, records, payload, codec, checksum);
    }
  }
  return body;
}

function request(link: Link, { produceV7, Writer }: Client, body: Buffer): Promise<readonly PartitionAnswer[]> {
  return new Promise((resolve, reject) => {
    link.send(
      produceV7.api.key,
      produceV7.api.version,
      () => Writer.create().append(body),
      // The client's own parser throws for the whole answer when one partition has an error.
      (_correlationId, _apiKey, _apiVersion, reader) => {
        const answers: PartitionAnswer[] = [];
        for (let topics = reader.readInt32(); topics > 0; topics--) {
          const topic = reader.readString(false);
          for (let partitions = reader.readInt32(); partitions > 0; partitions--) {
            const partition = reader.readInt32();
            const errorCode = reader.readInt16();
            answers.push({ topic, partition, errorCode, baseOffset: Number(reader.readInt64()) });
            reader.skip(16);
          }
        }
        return answers;
      },
      false,
      false,
      (error, answers) => (answers == null ? reject(error ?? new Error('an empty answer')) : resolve(answers)),
    );
  });
}
