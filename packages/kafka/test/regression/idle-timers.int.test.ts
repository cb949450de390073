import { createHook } from 'node:async_hooks';
import { setInterval } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { connectForTests, testNamespace } from '../kafka-harness.ts';

const topic = `${testNamespace()}-p1`;
const broker = connectForTests();

// P1: every connection ran a timer of one millisecond for ever: about 1,700 a second for one idle producer.
it('an idle producer makes hardly any timer', async () => {
  await broker.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = await broker.createProducer();
  await producer.send({ topic, key: null, value: null, headers: [] });
  let timers = 0;
  let ticks = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'Timeout') timers++;
    },
  }).enable();
  for await (const _ of setInterval(1)) if (++ticks === 500) break;
  hook.disable();
  // It was one a millisecond, as ours is; what is left are a few of the client's housekeeping, however slow the machine.
  expect(timers).toBeLessThan(100);
  await producer.close();
});
