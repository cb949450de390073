import { expect, it } from '@jest/globals';
import { topicSpecs } from '@millrace/contracts';
import type { TopicSpec } from '@millrace/messaging';
import { applyProvision, planProvision, provision } from '../src/index.ts';
import { connectForTests, testNamespace } from './kafka-harness.ts';

const space = testNamespace();
const broker = connectForTests();

it('brings the cluster to the specification, and finds nothing to do the second time', async () => {
  const specs = topicSpecs([`${space}.group`]).map((spec) => ({ ...spec, name: `${space}-${spec.name}` }));
  const first = await provision(broker.admin, specs);
  expect(first.steps).toHaveLength(specs.length);
  const second = await planProvision(broker.admin, specs);
  expect(second).toEqual({ steps: [], refusals: [], unchanged: specs.length });
});

it('grows and reconfigures, and does nothing at all when one topic would shrink', async () => {
  const spec = (name: string, partitions: number, retention: string): TopicSpec => ({
    name: `${space}-${name}`,
    partitions,
    replicationFactor: 1,
    config: { 'retention.ms': retention },
  });
  await provision(broker.admin, [spec('a', 2, '600000'), spec('b', 4, '600000')]);
  const refused = await planProvision(broker.admin, [spec('a', 3, '700000'), spec('b', 2, '600000')]);
  await expect(applyProvision(broker.admin, refused)).rejects.toMatchObject({ code: 'X_TOPIC_WOULD_SHRINK' });
  expect(await broker.admin.describeTopics([`${space}-a`])).toMatchObject([{ partitions: 2 }]);
  await provision(broker.admin, [spec('a', 3, '700000'), spec('b', 4, '600000')]);
  expect(await broker.admin.describeTopics([`${space}-a`])).toMatchObject([
    { partitions: 3, config: { 'retention.ms': '700000' } },
  ]);
});
