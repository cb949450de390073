import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { topicSpecs, topics } from '@millrace/contracts';
import { type Flows, parseFlows } from '@millrace/flows';
import {
  createInMemoryBroker,
  createInMemorySerde,
  defaultPipelineSettings,
  type EffectStore,
  type InMemoryBroker,
} from '@millrace/messaging';
import { createLogger, createMetrics } from '@millrace/service';
import { createSinkWriters, type SinkWriters } from '../src/sink-writers.ts';

const flowsOf = (...routes: readonly string[]): Flows =>
  parseFlows([{ file: 'test.yaml', text: `flows:\n  tickets:\n    deliver:\n${routes.join('\n')}` }], {
    knownSinks: sinks,
  });
const route = (name: string, variable = 'URL', more = ''): string =>
  `      - { route: ${name}, sink: http, url: "\${${variable}}", secret: "\${SECRET}"${more} }`;
const started = flowsOf(route('a'), route('b'));
const groups = (): readonly string[] => writers.runs().map(({ group }) => group.replace('sink-writers.tickets.', ''));

let cluster: InMemoryBroker;
let writers: SinkWriters;

beforeAll(async () => {
  cluster = createInMemoryBroker();
  const serde = createInMemorySerde();
  await cluster.admin.createTopics(topicSpecs(flowsOf(route('a'), route('b'), route('c')).groups()));
  await serde.pin(Object.values(topics));
  writers = createSinkWriters({
    ...{ flows: started, sinks, broker: cluster.connect(), serde, effects: {} as EffectStore },
    environment: { URL: 'https://example.com', SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    settings: {
      ...defaultPipelineSettings,
      ...{ graceMs: 10_000, ordinal: 0, trustedOrigins: [], rateLimits: 'off', writeTimeoutMs: 1_000 },
      ...{ rateLimitPatienceMs: 1_000, breakerOpenMs: 50, mostWritesPerKey: 30, expressionTimeoutMs: 100 },
    },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics(),
    now: Date.now,
    fatal: (error) => {
      throw error;
    },
  });
  await writers.open();
});
afterAll(async () => {
  await writers.close();
  await cluster.close();
});

describe('sink-writers that take other flows', () => {
  afterEach(async () => {
    await writers.reload(started, started);
  });

  it('run the routes of the new ones, and leave those alone that say the same', async () => {
    const [first] = writers.runs();
    expect(
      await writers.reload(flowsOf(route('a'), route('b', 'URL', ', when: "priority"'), route('c')), started),
    ).toEqual([]);
    expect(groups()).toEqual(['a', 'b', 'c']);
    expect(writers.runs()[0]).toBe(first);
    expect(await writers.reload(flowsOf(route('a')), started)).toEqual([]);
    expect(groups()).toEqual(['a']);
    expect(writers.runs()).toEqual([first]);
  });

  it('must be started anew for a variable that they were not given, and change nothing until then', async () => {
    const before = writers.runs();
    const next = flowsOf(route('a', 'NEW_URL'), route('c', 'OTHER_URL:-https://example.com'));
    expect(await writers.reload(next, started)).toEqual([
      'route tickets.a needs the environment variable NEW_URL, which is not set here',
    ]);
    expect(writers.runs()).toEqual(before);
  });

  it('must be started anew where a route reads another topic', async () => {
    const judged = parseFlows(
      [
        {
          file: 'test.yaml',
          text: `flows:\n  tickets:\n    classify: [{ task: language }]\n    deliver:\n${route('a')}`,
        },
      ],
      { knownSinks: sinks },
    );
    expect(await writers.reload(judged, started)).toEqual([
      'sink-writers.tickets.a reads tickets.classified.v1 in place of tickets.enriched.v1',
    ]);
  });
});
