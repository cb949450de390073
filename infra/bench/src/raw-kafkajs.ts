import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka } from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The client as somebody would use it who writes his service by hand: the same version and codec, nothing of ours. */
export const rawKafka = (brokers: readonly string[]): Kafka => {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
  // Silent: it says each time that a new topic has no leader yet. What ends it, it says by its crash event.
  return new kafkajs.Kafka({ brokers: [...brokers], clientId: 'bench-raw', logLevel: kafkajs.logLevel.NOTHING });
};

export const zstd: number = kafkajs.CompressionTypes.ZSTD;
