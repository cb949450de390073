import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { testCluster } from '@millrace/embedded/testing';
import kafkajs from 'kafkajs';
import { registerCodecs } from '../../src/kafkajs/codecs.ts';
import { connectForTests, drivers, testNamespace } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { createTopic } from './behind-proxy.ts';

const { GZIP, LZ4, None, Snappy, ZSTD } = kafkajs.CompressionTypes;
const codecs = { none: None, gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD };

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  // C4: the first batch in a codec that was not registered, and only gzip was, stopped a consumer for good.
  it('what another client wrote is read in every codec, small batches and large ones', async () => {
    const topic = `${space}-c4`;
    await createTopic(broker, topic);
    registerCodecs();
    const producer = new kafkajs.Kafka({ brokers: [...testCluster().kafkaBrokers], logLevel: 0 }).producer();
    await producer.connect();
    const sent: string[] = [];
    for (const [name, compression] of Object.entries(codecs)) {
      const small = `${name}: small`;
      const large = Array.from({ length: 300 }, (_, at) => `${name} ${at} `.repeat(100));
      await producer.send({ topic, compression, messages: [{ value: small }] });
      await producer.send({ topic, compression, messages: large.map((value) => ({ value })) });
      sent.push(small, ...large);
    }
    await producer.disconnect();
    const probe = await joinGroup(broker, { group: topic, topics: [topic] });
    await probe.received(sent.length);
    expect(probe.records.map(({ value }) => String(value))).toEqual(sent);
    expect(probe.crashes()).toEqual([]);
    expect((await readRangesToEnd(broker, topic)).map(({ value }) => String(value))).toEqual(sent);
    await probe.member.close();
  });
});
