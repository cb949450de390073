import { describe, expect, it } from '@jest/globals';
import { type Flow, flowChanges, flowsDigest, type Route, stageRestarts } from '../src/index.ts';
import { aFlow, flowsOf } from '../src/testing.ts';

const aRoute = (route: string, over: Partial<Route> = {}): Route => ({
  ...{ route, sink: 'http', when: null, map: null, settings: {}, order: 'key', onFailure: 'tiers', ...over },
});
const aSource = (over: object = {}) => ({
  zendesk: {
    name: 'zendesk',
    connector: 'zendesk',
    secret: null,
    actor: null,
    enabled: true,
    settings: { identity: 'source' as const },
    ...over,
  },
});
const task = { task: 'category', as: 'category', when: null, pack: null, settings: {} };
const tickets = (over: Partial<Flow> = {}) =>
  flowsOf([aFlow('tickets', { deliver: [aRoute('a'), aRoute('b')], ...over })]);

describe('the version of flows', () => {
  it('is the same whatever the order of names, and another for every other word', () => {
    const settings = { url: 'x', table: 'y' };
    const turned = { table: 'y', url: 'x' };
    const [one, same, another] = [settings, turned, { ...settings, url: 'z' }].map((each) =>
      flowsDigest(tickets({ deliver: [aRoute('a', { settings: each })] })),
    );
    expect(one).toBe(same);
    expect(one).not.toBe(another);
    expect(flowsDigest(flowsOf([], aSource()))).not.toBe(flowsDigest(flowsOf([], aSource({ enabled: false }))));
  });
});

describe('what is different in other flows', () => {
  it('is told by source, flow and route', () => {
    const before = flowsOf([aFlow('tickets', { deliver: [aRoute('a'), aRoute('b')] })], aSource());
    const deliver = [aRoute('a', { when: 'x', order: 'none' }), aRoute('c')];
    const after = flowsOf([aFlow('tickets', { deliver, classify: [task] }), aFlow('issues')], aSource({ actor: '1' }));
    expect(flowChanges(before, after)).toEqual([
      'source zendesk has another actor',
      'flow tickets has another classify',
      'flow issues is new',
      'route tickets.a has another when, order',
      'route tickets.b is gone',
      'route tickets.c is new',
    ]);
    expect(flowChanges(before, before)).toEqual([]);
  });
});

describe('what no service can take while it runs, by the topology', () => {
  const restarts = (service: string, after: ReturnType<typeof tickets>) => stageRestarts(service, tickets(), after);

  it('is no route that comes, goes or says something else', () => {
    const after = tickets({ deliver: [aRoute('a', { when: 'x' }), aRoute('c')] });
    for (const service of ['sink-writers', 'enricher', 'classifier']) expect(restarts(service, after)).toEqual([]);
  });

  it('is a stage of a flow that comes or goes', () => {
    expect(restarts('classifier', tickets({ classify: [task] }))).toEqual(['classifier.tickets is a new stage']);
    expect(stageRestarts('enricher', tickets(), flowsOf([]))).toEqual(['enricher.tickets is a stage no more']);
  });

  it('is another topic under a stage that stays', () => {
    expect(restarts('sink-writers', tickets({ classify: [task] }))).toEqual([
      'sink-writers.tickets.a reads tickets.classified.v1 in place of tickets.enriched.v1',
      'sink-writers.tickets.b reads tickets.classified.v1 in place of tickets.enriched.v1',
    ]);
  });
});
