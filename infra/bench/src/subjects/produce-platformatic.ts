import type { MessageToProduce } from '@platformatic/kafka';
import { allReplicas, rawProducer } from '../raw-platformatic.ts';
import type { SubjectRun } from '../subject.ts';
import type { ProduceRequest } from './produce-ours.ts';
import { sendBatches } from './send-batches.ts';

type Message = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

/** The second client, bare. */
export const run: SubjectRun<ProduceRequest> = async (request) => {
  const { topic } = request;
  const producer = rawProducer(request.brokers);
  const result = await sendBatches<Message>(request, {
    toMessage: ({ key, value, headers }, partition) => {
      const pairs = headers.map(([name, content]) => [Buffer.from(name), content as Buffer] as const);
      return { topic, partition, key: key as Buffer, value: value as Buffer, headers: new Map(pairs) };
    },
    send: (messages) => producer.send({ messages, acks: allReplicas, compression: 'zstd' }),
  });
  await producer.close();
  return result;
};
