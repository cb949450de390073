import { describe, expect, it } from '@jest/globals';
import { topicSpecs } from '@millrace/contracts';
import type { BrokerDescription, TopicDescription } from '@millrace/messaging';
import { type DurabilityFacts, durabilityFindings } from '../../src/doctor/durability-findings.ts';

const group = 'classifier.tickets';
const sound = { 'unclean.leader.election.enable': 'false', 'offsets.retention.minutes': '86400' };
const brokers = (count: number, config: Readonly<Record<string, string>> = {}): readonly BrokerDescription[] =>
  Array.from({ length: count }, (_, at) => ({ id: at + 1, config: { ...sound, ...config } }));
const internal = (replicationFactor: number, inSync: string): readonly TopicDescription[] => [
  { name: '__consumer_offsets', partitions: 8, replicationFactor, config: { 'min.insync.replicas': inSync } },
];
const facts = (over: Partial<DurabilityFacts> = {}): DurabilityFacts => ({
  brokers: brokers(3),
  topics: topicSpecs([group], { replicationFactor: 3 }),
  internal: internal(3, '2'),
  declared: 3,
  ...over,
});
const single: Partial<DurabilityFacts> = {
  brokers: brokers(1),
  topics: topicSpecs([group]),
  internal: internal(1, '1'),
  declared: 1,
};

const found = (over: Partial<DurabilityFacts>) =>
  durabilityFindings(facts(over)).map(({ severity, where, what }) => [severity, where, what]);

describe('the doctor on durability', () => {
  it('finds nothing on three brokers with three copies and two in sync, declared or not', () => {
    expect(found({})).toEqual([]);
    expect(found({ declared: undefined })).toEqual([]);
  });

  it('finds nothing where a single broker was declared, and there is no more', () => {
    expect(found(single)).toEqual([]);
  });

  it('never takes what it finds for right: one copy that nobody declared is an error', () => {
    expect(found({ ...single, declared: undefined })).toEqual([
      ['warning', 'MILLRACE_REPLICATION_FACTOR', expect.stringContaining('nothing says')],
      ['error', expect.stringMatching(/ and \d+ more$/), expect.stringContaining('replication factor 1, 3 demanded')],
      ['error', expect.stringMatching(/ and \d+ more$/), expect.stringContaining('min.insync.replicas below 2')],
    ]);
  });

  it('says that one declared copy on three brokers is a choice that loses records', () => {
    expect(found({ ...single, brokers: brokers(3) })).toEqual([
      ['warning', 'MILLRACE_REPLICATION_FACTOR', expect.stringContaining('declares 1 on a cluster of 3 brokers')],
    ]);
  });

  it('looks at the topics in which Kafka keeps the places of groups', () => {
    expect(found({ internal: internal(1, '1') })).toEqual([
      ['error', '__consumer_offsets', expect.stringContaining('replication factor 1, 3 demanded')],
      ['error', '__consumer_offsets', expect.stringContaining('min.insync.replicas below 2')],
    ]);
  });

  it('takes the brokers’ own min.insync.replicas where a topic has none', () => {
    const unset = internal(3, '2').map((one) => ({ ...one, config: {} }));
    expect(found({ internal: unset, brokers: brokers(3, { 'min.insync.replicas': '2' }) })).toEqual([]);
    expect(found({ internal: unset, brokers: brokers(3, { 'min.insync.replicas': '1' }) })).toHaveLength(1);
  });

  it.each([
    ['brokers', { brokers: brokers(3, { 'unclean.leader.election.enable': 'true' }) }, 'broker 1, broker 2, broker 3'],
    [
      'a topic',
      {
        topics: facts().topics.map((one, at) =>
          at === 0 ? { ...one, config: { ...one.config, 'unclean.leader.election.enable': 'true' } } : one,
        ),
      },
      'webhooks.received.v1',
    ],
  ])('names an unclean leader election of %s', (_, over, where) => {
    expect(found(over)).toEqual([['error', where, expect.stringContaining('may lead')]]);
  });

  it('names what another cluster’s defaults lose: places of groups after a week, and topics made by accident', () => {
    const usual = { 'offsets.retention.minutes': '10080', 'auto.create.topics.enable': 'true' };
    expect(found({ brokers: brokers(3, usual) })).toEqual([
      ['warning', 'offsets.retention.minutes', expect.stringContaining('after 7 d, while its records are kept 30 d')],
      ['warning', 'auto.create.topics.enable', expect.any(String)],
    ]);
  });
});
