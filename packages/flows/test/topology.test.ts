import { describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, topics } from '@millrace/contracts';
import { type FlowError, type Flows, groupOf, groupReads, parseFlows, topicsBeside } from '../src/index.ts';

const parse = (text: string): Flows => parseFlows([{ file: 'flows.yaml', text }]);
const problemsOf = (text: string): readonly string[] => {
  try {
    parse(text);
  } catch (error) {
    return (error as FlowError).problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
};

const several = `
sources: { zendesk: { connector: zendesk, secret: "\${S}" } }
flows:
  escalations:
    from: tickets.classified.v1
    deliver: [ { route: page, sink: slack, when: classification.priority.label = 'urgent' } ]
  tickets:
    enrich: [ { lookup: accounts, by: requester.emailDomain, as: account } ]
    classify:
      - { task: priority }
      - { task: category, as: refund, when: "$contains(subject, 'refund')" }
      - { task: category }
    deliver: [ { route: archive, sink: postgres } ]
  retention:
    from: escalations.classified.v1
    deliver: [ { route: keep, sink: postgres } ]
`;

describe('the stages of several flows', () => {
  it('give each flow groups of its name, and let it read what another writes', () => {
    const { stages } = parse(several.replace('escalations.classified.v1', 'tickets.enriched.v1'));
    expect(stages.map(({ stage, service, group, from }) => [stage, service, group, from])).toStrictEqual([
      ['normalise', 'enricher', 'enricher.normalise', ['webhooks.received.v1']],
      ['deliver', 'sink-writers', 'sink-writers.escalations.page', ['tickets.classified.v1']],
      ['enrich', 'enricher', 'enricher.tickets', ['tickets.received.v1']],
      ['classify', 'classifier', 'classifier.tickets', ['tickets.enriched.v1']],
      ['deliver', 'sink-writers', 'sink-writers.tickets.archive', ['tickets.classified.v1']],
      ['deliver', 'sink-writers', 'sink-writers.retention.keep', ['tickets.enriched.v1']],
      [
        ...['index', 'dlq-replayer', 'dlq-replayer.index'],
        [
          'enricher.normalise',
          'sink-writers.escalations.page',
          'enricher.tickets',
          'classifier.tickets',
          'sink-writers.tickets.archive',
          'sink-writers.retention.keep',
        ]
          .map((group) => groupTopics(group).dlq)
          .concat('ops.replay.ack'),
      ],
    ]);
  });

  it('need topics of their own only where a flow beside the entity’s writes something', () => {
    const flows = parse(`
flows:
  tickets: { deliver: [ { route: archive, sink: postgres } ] }
  eu-tickets: { entity: tickets, classify: [ { task: priority } ], deliver: [ { route: eu, sink: postgres } ] }`);
    expect(topicsBeside(flows).map(({ topic, like }) => [topic.name, like])).toStrictEqual([
      ['eu-tickets.enriched.v1', 'tickets.enriched.v1'],
      ['eu-tickets.classified.v1', 'tickets.classified.v1'],
    ]);
    expect(groupReads(flows.stages).get('sink-writers.eu-tickets.eu')?.[0]).toBe('eu-tickets.classified.v1');
  });

  it('read their retry tiers and their lane beside what they are for, and the index the dead letters of all alone', () => {
    const flows = parse('flows: { tickets: { deliver: [ { route: archive, sink: postgres } ] } }');
    const reads = groupReads(flows.stages);
    expect([...reads.keys()]).toStrictEqual(flows.groups());
    const archive = 'sink-writers.tickets.archive';
    const { retry, lane } = groupTopics(archive);
    expect(reads.get(archive)).toStrictEqual(['tickets.enriched.v1', ...retryTiers.map((tier) => retry[tier]), lane]);
    const working = flows.groups().filter((group) => group !== 'dlq-replayer.index');
    expect(reads.get('dlq-replayer.index')).toStrictEqual([
      ...working.map((group) => groupTopics(group).dlq),
      topics.opsReplayAck.name,
    ]);
  });

  it('keep several judgements of one task apart by the names that they are given', () => {
    const tickets = parse(several.replace('escalations.classified.v1', 'tickets.enriched.v1')).flows['tickets'];
    expect(tickets?.classify.map(({ as, task, when }) => [as, task, when])).toStrictEqual([
      ['priority', 'priority', null],
      ['refund', 'category', "$contains(subject, 'refund')"],
      ['category', 'category', null],
    ]);
  });

  it('are refused by name where a flow reads a topic that nobody writes, or one of another entity', () => {
    expect(problemsOf(several)).toStrictEqual([
      expect.stringMatching(/^flows\.retention\.from: there is no topic that a flow can read/),
    ]);
    expect(problemsOf('flows: { vip: { deliver: [] } }')).toStrictEqual([
      expect.stringMatching(/^flows\.vip: there is no entity vip; .*`entity` or `from`$/),
    ]);
    expect(problemsOf('flows: { vip: { entity: leads, from: tickets.received.v1 } }')).toStrictEqual([
      'flows.vip.entity: tickets.received.v1 holds tickets, not leads',
    ]);
    expect(
      problemsOf('flows: { tickets: { classify: [ { task: category }, { task: category } ], deliver: [] } }'),
    ).toStrictEqual(['flows.tickets.classify[1].task: category is used twice']);
  });
});

describe('the group of a stage', () => {
  it('is what its service declares', () => {
    expect(groupOf('deliver', { flow: 'tickets', route: 'archive' })).toBe('sink-writers.tickets.archive');
    expect(groupOf('normalise')).toBe('enricher.normalise');
  });
});
