import { describe, expect, it } from '@jest/globals';
import { joinGroup } from '@millrace/conformance';
import { connectForTests, drivers, testNamespace } from '../kafka-harness.ts';
import { fillTopic } from './fill-topic.ts';

describe.each(drivers)('over %s', (driver) => {
  const space = `${testNamespace()}-${driver}`;
  const broker = connectForTests({ driver });

  // C1: with the client's own resolving, a graceful stop committed what its handler had never seen.
  it('a stop in the middle of a batch skips nothing', async () => {
    await fillTopic(broker, `${space}-c1`, 1, 100);
    const one = await joinGroup(broker, { group: `${space}-c1`, topics: [`${space}-c1`] });
    await one.received(1);
    await one.member.commit([{ topic: `${space}-c1`, partition: 0, offset: 49 }]);
    await one.member.close();
    const two = await joinGroup(broker, { group: `${space}-c1`, topics: [`${space}-c1`] });
    await two.received(51);
    expect(two.records.map(({ offset }) => offset)).toEqual(Array.from({ length: 51 }, (_, at) => at + 49));
    await two.member.close();
  });

  // C2: the client's own commit resolves without doing anything once a stop has begun.
  it('a commit made before the stop is stored, one made after it is refused', async () => {
    await fillTopic(broker, `${space}-c2`, 1, 10);
    const one = await joinGroup(broker, { group: `${space}-c2`, topics: [`${space}-c2`] });
    await one.received(10);
    const commit = one.member.commit([{ topic: `${space}-c2`, partition: 0, offset: 7 }]);
    const closed = commit.then(() => one.member.close());
    await closed;
    await expect(one.member.commit([{ topic: `${space}-c2`, partition: 0, offset: 9 }])).rejects.toMatchObject({
      code: 'X_KAFKA_NOT_IN_GROUP',
    });
    const [stored] = await broker.admin.committed(`${space}-c2`, [`${space}-c2`]);
    expect(stored?.committed?.offset).toBe(7);
  });
});
