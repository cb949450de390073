import { describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, topicSpecs } from '@millrace/contracts';
import type { TopicDescription } from '@millrace/messaging';
import { clockFindings, skewsOfServices } from '../../src/doctor/clock-findings.ts';
import { examine } from '../../src/doctor/examine.ts';
import { type Check, words } from '../../src/doctor/finding.ts';
import { flowFindings } from '../../src/doctor/flow-findings.ts';
import { type GroupFacts, groupFindings, type PartitionFacts, rateFindings } from '../../src/doctor/group-findings.ts';
import { capabilityFindings, jobFindings, pipelineFindings } from '../../src/doctor/state-findings.ts';
import { strayTopics, topicFindings, usualReplication } from '../../src/doctor/topic-findings.ts';

const group = 'classifier.tickets';
const specs = topicSpecs([group]);
const without = (name: string): readonly TopicDescription[] => specs.filter((one) => one.name !== name);
const changed = (name: string, change: Partial<TopicDescription>): readonly TopicDescription[] =>
  specs.map((one) => (one.name === name ? { ...one, ...change } : one));

describe('the doctor on topics', () => {
  it('finds nothing where the cluster is as topics.yaml says', () => {
    expect(topicFindings(specs, specs)).toEqual([]);
  });

  it.each([
    [`lane.${group}`, /redriven/],
    [`dlq.${group}`, /put aside/],
    [groupTopics(group).retry[retryTiers[0]], /later/],
    ['tickets.received.v1', /^is missing$/],
  ])('says that %s is missing and what that costs', (name, what) => {
    expect(topicFindings(specs, without(name))).toEqual([
      expect.objectContaining({ severity: 'error', where: name, what: expect.stringMatching(what) }),
    ]);
  });

  it.each([
    ['retention.ms', '3600000', 'error'],
    ['retention.ms', '-1', 'warning'],
    ['cleanup.policy', 'compact', 'error'],
    ['max.message.bytes', '1048588', 'error'],
    ['max.message.bytes', '99999999', 'warning'],
  ])('weighs a changed %s of %s as %s', (key, value, severity) => {
    const config = { ...specs.find(({ name }) => name === 'tickets.received.v1')?.config, [key]: value };
    const [finding, ...others] = topicFindings(specs, changed('tickets.received.v1', { config }));
    expect(finding).toMatchObject({ severity, where: 'tickets.received.v1' });
    expect(finding?.what).toContain(`${key} is ${value}`);
    expect(others).toEqual([]);
  });

  it('tells too few partitions from too many', () => {
    expect(topicFindings(specs, changed('tickets.received.v1', { partitions: 3 }))).toMatchObject([
      { severity: 'error', what: expect.stringContaining('3 partitions') },
    ]);
    expect(topicFindings(specs, changed('tickets.received.v1', { partitions: 5 }))).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('5 partitions') },
    ]);
  });

  it('takes the replication of most topics for the chosen one', () => {
    const three = specs.map((one, at) => ({ ...one, replicationFactor: at === 0 ? 1 : 3 }));
    expect(usualReplication(three)).toBe(3);
    expect(usualReplication([])).toBe(1);
  });

  it('gives what a removed route left behind to its group, and leaves other programs’ topics alone', () => {
    const left = [
      'dlq.sink-writers.tickets.old',
      'lane.sink-writers.tickets.old',
      groupTopics('sink-writers.tickets.old').retry[retryTiers[0]],
    ];
    const names = [...left, `dlq.${group}`, 'orders', 'retry.something'];
    expect([...strayTopics(names, [group])]).toEqual([['sink-writers.tickets.old', left]]);
  });
});

describe('the doctor on groups', () => {
  const now = 1_800_000_000_000;
  const day = 86_400_000;
  const limits = { now, lagMs: 300_000 };
  const aPartition = (over: Partial<PartitionFacts> = {}): PartitionFacts => ({
    ...{ topic: 'tickets.enriched.v1', partition: 0, earliest: 0, latest: 100, committed: 100 },
    ...{ oldestAt: null, retentionMs: 7 * day, isCompacted: false, waitsMs: 0 },
    ...over,
  });
  const aGroup = (...partitions: readonly PartitionFacts[]): GroupFacts => ({ group, members: 1, partitions });

  it('finds nothing in a group that keeps up, or that is a moment behind', () => {
    expect(groupFindings(aGroup(aPartition()), limits)).toEqual([]);
    expect(groupFindings(aGroup(aPartition({ committed: 10, oldestAt: now - 60_000 })), limits)).toEqual([]);
    expect(groupFindings(aGroup(aPartition({ committed: null, latest: 0 })), limits)).toEqual([]);
  });

  it('says that nobody is there', () => {
    expect(groupFindings({ ...aGroup(), members: 0 }, limits)).toMatchObject([{ severity: 'error', where: group }]);
  });

  it('says how much waits and for how long, all partitions together', () => {
    const behind = [0, 1].map((partition) =>
      aPartition({ partition, committed: 90, oldestAt: now - 3_600_000 * partition - 600_000 }),
    );
    expect(groupFindings(aGroup(...behind), limits)).toMatchObject([
      {
        check: 'groups',
        severity: 'warning',
        where: `${group} at tickets.enriched.v1`,
        what: '20 records wait, the oldest for 70 min',
      },
    ]);
  });

  it('says that a group never committed what it has waited for', () => {
    const [finding] = groupFindings(aGroup(aPartition({ committed: null, oldestAt: now - 600_000 })), limits);
    expect(finding).toMatchObject({ severity: 'error', what: expect.stringContaining('never committed') });
  });

  it('lets records wait in a tier for as long as they should', () => {
    const waiting = aPartition({ committed: 90, oldestAt: now - 3_700_000, waitsMs: 3_600_000 });
    expect(groupFindings(aGroup(waiting), limits)).toEqual([]);
    expect(groupFindings(aGroup({ ...waiting, waitsMs: 60_000 }), limits)).toHaveLength(1);
  });

  it.each([
    [4 * day, 'warning', '3 d'],
    [6 * day, 'error', '24 h'],
  ])('says after %d ms of seven days that retention runs out, as %s', (age, severity, left) => {
    expect(groupFindings(aGroup(aPartition({ committed: 90, oldestAt: now - age })), limits)).toMatchObject([
      { check: 'retention', severity, what: expect.stringContaining(`${left} are left`) },
    ]);
  });

  it('says which records were deleted unread, save where compaction deletes', () => {
    const passed = aPartition({ earliest: 40, committed: 30, latest: 40 });
    expect(groupFindings(aGroup(passed), limits)).toMatchObject([
      { severity: 'error', where: `${group} at tickets.enriched.v1/0`, what: expect.stringContaining('10 records') },
    ]);
    expect(groupFindings(aGroup({ ...passed, isCompacted: true }), limits)).toEqual([]);
  });

  it('says that a key’s records and their retries part where the counts differ', () => {
    const uneven = aGroup(aPartition(), aPartition({ partition: 1 }), aPartition({ topic: `lane.${group}` }));
    expect(groupFindings(uneven, limits)).toMatchObject([
      { severity: 'error', what: expect.stringContaining(`tickets.enriched.v1 2, lane.${group} 1`) },
    ]);
  });

  it('names one whose waiting records take longer at its rate than it may lag, and only then', () => {
    const facts = aGroup(
      aPartition({ committed: 0, latest: 6_000 }),
      aPartition({ partition: 1, committed: 0, latest: 0 }),
    );
    expect(rateFindings(facts, 10, 300_000)).toMatchObject([
      {
        severity: 'warning',
        where: group,
        what: expect.stringContaining('6000 records wait, and an operator lets 10 start per second: they take 10 min'),
        mend: expect.stringContaining(`pipelines rate ${group} off`),
      },
    ]);
    expect(rateFindings(facts, 20, 300_000)).toEqual([]);
    expect(rateFindings(facts, null, 300_000)).toEqual([]);
  });
});

describe('the doctor on clocks', () => {
  it('allows for what cannot be known', () => {
    expect(clockFindings('x', { aheadMs: 6_000, uncertainMs: 2_000 }, 5_000)).toEqual([]);
    expect(clockFindings('x', { aheadMs: -8_000, uncertainMs: 2_000 }, 5_000)).toMatchObject([
      { severity: 'warning', what: expect.stringMatching(/^8 s behind/) },
    ]);
    expect(clockFindings('x', { aheadMs: 120_000, uncertainMs: 1 }, 5_000)).toMatchObject([{ severity: 'error' }]);
  });

  it('takes a record that waited for Kafka for no sign of a wrong clock', () => {
    const skews = skewsOfServices([
      { service: 'enricher', since: 1_000, writtenAt: 61_000 },
      { service: 'enricher', since: 2_000, writtenAt: 2_010 },
      { service: 'classifier', since: 50_000, writtenAt: 20_000 },
    ]);
    expect([...skews].map(([service, { aheadMs }]) => [service, aheadMs])).toEqual([
      ['enricher', 10],
      ['classifier', -30_000],
    ]);
  });
});

describe('the doctor on what processes say', () => {
  it('names halted and open pipelines of the flow, and no others', () => {
    const wished = { desired: 'running', ratePerSecond: null } as const;
    const state = { service: 's', code: 'X_A', reason: null, since: '2026-11-22T10:00:00.000Z', ...wished } as const;
    const found = pipelineFindings(
      [
        { ...state, group: 'a', state: 'halted', reason: 'it cannot be read on' },
        { ...state, group: 'b', state: 'open' },
        { ...state, group: 'c', state: 'running' },
        { ...state, group: 'removed', state: 'halted' },
      ],
      ['a', 'b', 'c'],
    );
    expect(found).toMatchObject([
      {
        severity: 'error',
        where: 'a',
        what: expect.stringMatching(/X_A.*: it cannot be read on/),
        mend: expect.stringContaining('pipelines resume a'),
      },
      { severity: 'warning', where: 'b' },
    ]);
  });

  it('names redrives that stopped and those that nobody answers', () => {
    const job = { job: 'j', group, left: 3, waiting: 2, updatedAt: 0 };
    expect(
      jobFindings(
        [
          { ...job, state: 'running' },
          { ...job, state: 'done' },
        ],
        7_200_000,
      ),
    ).toMatchObject([
      { severity: 'error', what: expect.stringContaining('3 records left') },
      { severity: 'warning', what: expect.stringContaining('2 of them') },
    ]);
  });

  it('names what the Kafka client cannot do, where somebody counts on it', () => {
    const able = { driver: 'd', groups: true, staticMembership: true, commitMetadata: true, transactions: false };
    expect(capabilityFindings(able, true)).toEqual([]);
    expect(capabilityFindings({ ...able, staticMembership: false }, false)).toEqual([]);
    expect(capabilityFindings({ ...able, staticMembership: false }, true)).toHaveLength(1);
    expect(capabilityFindings({ ...able, groups: false, commitMetadata: false }, false)).toHaveLength(2);
  });
});

describe('an examination', () => {
  const found = (check: string, severity: 'error' | 'warning') => ({
    check,
    severity,
    where: check,
    what: '',
    mend: '',
  });
  const never = new AbortController().signal;

  it('makes every other check when one fails, errors first', async () => {
    const checks: readonly Check[] = [
      { name: 'minor', needs: 'nothing', find: async () => [found('minor', 'warning')] },
      { name: 'broken', needs: 'nothing', find: () => Promise.reject(new Error('no such column')) },
    ];
    const { checked, findings } = await examine({ checks, now: () => 0, answers: {} }, never);
    expect(checked).toEqual(['minor', 'broken']);
    expect(findings.map(({ check, severity, what }) => [check, severity, what])).toEqual([
      ['broken', 'error', 'could not be checked: no such column'],
      ['minor', 'warning', ''],
    ]);
  });

  it('leaves out what depends on something that does not answer', async () => {
    const checks: readonly Check[] = [
      { name: 'topics', needs: 'kafka', find: async () => [found('topics', 'error')] },
      { name: 'jobs', needs: 'postgres', find: async () => [] },
    ];
    const answers = { kafka: async () => false, postgres: async () => true };
    const { checked, findings } = await examine({ checks, now: () => 0, answers }, never);
    expect(checked).toEqual(['kafka', 'postgres', 'jobs']);
    expect(findings).toMatchObject([{ check: 'kafka', severity: 'error' }]);
  });
});

describe('words', () => {
  it.each([
    [1_500, '1.5 s'],
    [600_000, '10 min'],
    [9_000_000, '2.5 h'],
    [345_600_000, '4 d'],
    [-30_000, '-30 s'],
  ])('says %d ms as %s', (milliseconds, text) => {
    expect(words(milliseconds)).toBe(text);
  });
});

describe('flow findings', () => {
  const one = { process: 'enricher-0', state: 'running', digest: 'new', reasons: [], at: '' } as const;
  const found = (processes: Parameters<typeof flowFindings>[0]['processes'], announced: string | null = 'new') =>
    flowFindings({ announced: () => announced, processes });

  it('name a process that runs other flows than the announced ones, why, and what it takes', () => {
    expect(found(() => [one])).toEqual([]);
    expect(found(() => [{ ...one, digest: 'old' }], null)).toEqual([]);
    expect(found(() => [{ ...one, state: 'restart', digest: 'old', reasons: ['table t is new'] }])).toMatchObject([
      {
        where: 'enricher-0',
        what: 'runs version old of the flows, and new is announced: table t is new',
        mend: 'start it anew',
      },
    ]);
    expect(found(() => [{ ...one, state: 'waiting', digest: 'old' }])).toMatchObject([
      { mend: expect.stringContaining('bring it') },
    ]);
  });
});
