import { expect, it } from '@jest/globals';
import group from 'kafkajs/src/producer/groupMessagesPerPartition.js';

it('patch: groups the messages of a send by partition in their order (P2)', () => {
  const messages = Array.from({ length: 20_000 }, (_, at) => ({ at, partition: at % 3 }));
  const grouped = group({
    topic: 't',
    partitionMetadata: [{}, {}, {}],
    messages,
    partitioner: ({ message }: { message: { partition: number } }) => message.partition,
  });
  for (const partition of [0, 1, 2])
    expect(grouped[partition]).toEqual(messages.filter((message) => message.partition === partition));
});
