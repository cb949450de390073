import { describe, expect, it } from '@jest/globals';
import { connectForTests, drivers, testNamespace, until } from '../kafka-harness.ts';
import { fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  // C3: a TypeError from a handler stopped the client for good while its process lived on, consuming nothing.
  it('a defect in the owner ends the membership loudly, once, and moves no offset', async () => {
    const topic = `${space}-c3`;
    await fillTopic(broker, topic, 1, 5);
    const crashes: Error[] = [];
    const member = await broker.createMember({
      group: topic,
      topics: [topic],
      listener: {
        onAssigned: () => undefined,
        onRecords: () => (undefined as unknown as { missing(): void }).missing(),
        beforeRejoin: async () => undefined,
        onUnreadable: (_, error) => crashes.push(error),
        onCrash: (error) => crashes.push(error),
      },
    });
    await member.start();
    await until(() => crashes.length > 0, 'the owner hears of it');
    await member.close();
    expect(crashes).toMatchObject([{ code: 'X_KAFKA_LISTENER_THREW' }]);
    expect(await broker.admin.committed(topic, [topic])).toMatchObject([{ committed: null }]);
  });
});
