import type { BrokerAdmin } from '../broker.ts';
import { groupNotEmpty } from '../errors.ts';
import { type Cluster, partitionKey } from './cluster.ts';

export function createInMemoryAdmin(cluster: Cluster): BrokerAdmin {
  return {
    async describeBrokers() {
      return [{ id: 1, config: {} }];
    },
    async describeTopics(names) {
      const wanted = names ?? [...cluster.topics.keys()];
      return wanted.flatMap((name) => cluster.topics.get(name)?.spec ?? []);
    },
    async createTopics(specs) {
      for (const spec of specs) cluster.create(spec);
    },
    async createPartitions(name, total) {
      const topic = cluster.topic(name);
      if (total < topic.logs.length) {
        throw new RangeError(`${name} has ${topic.logs.length} partitions; they can only become more, not ${total}`);
      }
      while (topic.logs.length < total) topic.logs.push({ records: [], start: 0, end: 0, unreadable: null });
      topic.spec = { ...topic.spec, partitions: total };
    },
    async alterTopicConfig(name, config) {
      const topic = cluster.topic(name);
      topic.spec = { ...topic.spec, config: { ...topic.spec.config, ...config } };
    },
    async offsets(topics) {
      return topics.flatMap((topic) =>
        cluster.topic(topic).logs.map((log, partition) => ({ topic, partition, earliest: log.start, latest: log.end })),
      );
    },
    async offsetsAtTime(topic, epochMs) {
      return cluster.topic(topic).logs.map((log, partition) => ({
        topic,
        partition,
        offset: log.records.find((record) => record.timestamp >= epochMs)?.offset ?? log.end,
      }));
    },
    async describeGroups(groups) {
      return groups.map((group) => ({ group, members: cluster.members.has(group) ? 1 : 0 }));
    },
    async committed(group, topics) {
      const known = cluster.committed.get(group);
      return topics.flatMap((topic) =>
        cluster.topic(topic).logs.map((_, partition) => ({
          topic,
          partition,
          committed: known?.get(partitionKey(topic, partition)) ?? null,
        })),
      );
    },
    async setOffsets(group, positions) {
      if (cluster.members.has(group)) throw groupNotEmpty(group);
      for (const position of positions) cluster.setCommitted(group, position);
    },
  };
}
