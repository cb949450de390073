import type { Message } from 'kafkajs';
import { rawKafka, zstd } from '../raw-kafkajs.ts';
import type { SubjectRun } from '../subject.ts';
import type { ProduceRequest } from './produce-ours.ts';
import { sendBatches } from './send-batches.ts';

/** The bare client. */
export const run: SubjectRun<ProduceRequest> = async (request) => {
  const producer = rawKafka(request.brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const result = await sendBatches<Message>(request, {
    toMessage: ({ key, value, headers }, partition) => ({ key, value, headers, partition }) as unknown as Message,
    send: (messages) => producer.send({ topic: request.topic, acks: -1, compression: zstd, messages }),
  });
  await producer.disconnect();
  return result;
};
