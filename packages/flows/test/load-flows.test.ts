import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type FlowError, loadFlows, parseFlows } from '../src/index.ts';

const known = {
  knownSources: { zendesk: {}, github: {} },
  knownSinks: {
    slack: { config: z.strictObject({ channel: z.string(), token: z.string().default('${SLACK_BOT_TOKEN}') }) },
    postgres: { config: z.looseObject({ table: z.string() }) },
    zendesk: { entities: ['tickets'] },
  },
  knownTasks: ['category', 'priority'],
  knownPacks: ['support'],
};
const aFlow = `
sources:
  zendesk: { connector: zendesk, secret: "\${ZENDESK_SIGNING_SECRET}", actor: 900100, identity: body, ratePerSecond: 50 }
flows:
  tickets:
    enrich: [ { lookup: accounts, by: requester.emailDomain, as: account } ]
    classify: [ { task: category, pack: support }, { task: priority } ]
    deliver:
      - { route: urgent, sink: slack, when: "classification.priority.label = 'urgent'", channel: "#urgent" }
      - { route: archive, sink: postgres, table: tickets }
`;
const problemsOf = (...texts: string[]): readonly string[] => {
  try {
    parseFlows(
      texts.map((text, at) => ({ file: `${at}.yaml`, text })),
      known,
    );
    return [];
  } catch (error) {
    return (error as FlowError).problems.map(({ file, line, path, message }) => `${file}:${line} ${path} | ${message}`);
  }
};

describe('the order that a flow asks for', () => {
  const orderOf = (flow: string, route: string) => {
    const text = `flows:\n  tickets: { ${flow} deliver: [ { route: urgent, sink: slack, channel: c, ${route} } ] }`;
    const { tickets } = parseFlows([{ file: 'a.yaml', text }], known).flows;
    return [tickets, tickets?.deliver[0]].map((one) => `${one?.order} ${one?.onFailure}`);
  };

  it('is kept through failures by a flow or a route that says so, and holds keys when it does not say how', () => {
    expect(orderOf('', '')).toEqual(['key tiers', 'key tiers']);
    expect(orderOf('order: key,', '')).toEqual(['key hold-key', 'key hold-key']);
    expect(orderOf('', 'order: key')).toEqual(['key tiers', 'key hold-key']);
    expect(orderOf('order: key, onFailure: block,', '')).toEqual(['key block', 'key block']);
    expect(orderOf('order: key,', 'onFailure: block')).toEqual(['key hold-key', 'key block']);
    expect(orderOf('order: key, onFailure: hold-key,', 'order: partition')).toEqual([
      'key hold-key',
      'partition block',
    ]);
    expect(orderOf('order: key,', 'order: none')).toEqual(['key hold-key', 'none tiers']);
  });

  it.each([
    ['onFailure: block', 'block keeps an order through failures; say which, for example order: key'],
    ['order: key, onFailure: tiers', 'order: key goes with onFailure: hold-key or block, not tiers'],
    ['order: partition, onFailure: hold-key', 'order: partition goes with onFailure: block, not hold-key'],
    ['order: none, onFailure: block', 'order: none goes with onFailure: tiers, not block'],
  ])('is refused where it cannot be: %s', (said, message) => {
    const path = 'flows.tickets.deliver[0].onFailure';
    const route = `{ route: urgent, sink: slack, channel: c, ${said} }`;
    expect(problemsOf(`flows:\n  tickets:\n    deliver:\n      - ${route}`)).toEqual([`0.yaml:4 ${path} | ${message}`]);
    expect(problemsOf(`flows:\n  tickets:\n    ${said.replace(', ', '\n    ')}`)).toEqual([
      expect.stringMatching(/flows\.tickets\.onFailure \| /),
    ]);
  });

  it('refuses a word that is none', () => {
    expect(problemsOf('flows:\n  tickets:\n    order: strict')).toEqual([
      expect.stringContaining('flows.tickets.order'),
    ]);
  });
});

describe('flow files', () => {
  it('become typed flows with their defaults', () => {
    const flows = parseFlows([{ file: 'a.yaml', text: aFlow }], known);
    expect(flows.sources['zendesk']).toStrictEqual({
      name: 'zendesk',
      connector: 'zendesk',
      secret: '${ZENDESK_SIGNING_SECRET}',
      actor: '900100',
      enabled: true,
      settings: { identity: 'body', ratePerSecond: 50 },
    });
    expect(flows.flows['tickets']).toStrictEqual({
      name: 'tickets',
      entity: 'tickets',
      from: { topic: 'tickets.received.v1', stage: 'received' },
      version: { field: 'updatedAt', kind: 'instant' },
      enrich: [{ table: 'accounts', by: 'requester.emailDomain', as: 'account', required: false }],
      classify: [
        { task: 'category', as: 'category', when: null, pack: 'support', settings: {} },
        { task: 'priority', as: 'priority', when: null, pack: null, settings: {} },
      ],
      classifyMode: 'cascade',
      deliver: [
        {
          route: 'urgent',
          sink: 'slack',
          when: "classification.priority.label = 'urgent'",
          map: null,
          settings: { channel: '#urgent' },
          order: 'key',
          onFailure: 'tiers',
        },
        {
          ...{ route: 'archive', sink: 'postgres', when: null, map: null, settings: { table: 'tickets' } },
          ...{ order: 'key', onFailure: 'tiers' },
        },
      ],
      order: 'key',
      onFailure: 'tiers',
    });
    expect(flows.groups()).toStrictEqual([
      'enricher.normalise',
      'enricher.tickets',
      'classifier.tickets',
      'sink-writers.tickets.urgent',
      'sink-writers.tickets.archive',
      'dlq-replayer.index',
    ]);
  });

  it('of a folder are one whole, with sinks that routes share and one mode', () => {
    const shared = `
classify: { mode: fast }
sinks: { desk: { connector: slack, channel: "#all" } }`;
    const issues = `
flows:
  issues:
    classify: { mode: full, tasks: [ { task: priority } ] }
    deliver: [ { route: tell, sink: desk }, { route: tell-others, sink: desk, channel: "#others" } ]`;
    const { flows } = parseFlows(
      [shared, issues, aFlow].map((text, at) => ({ file: `${at}`, text })),
      known,
    );
    expect([flows['tickets']?.classifyMode, flows['issues']?.classifyMode]).toStrictEqual(['fast', 'full']);
    expect(flows['issues']?.deliver.map(({ sink, settings }) => [sink, settings['channel']])).toStrictEqual([
      ['slack', '#all'],
      ['slack', '#others'],
    ]);
  });

  it('report every problem at once, each with file, line and path', () => {
    const wrong = `
sources:
  zendesk: { connector: zendsk, secret: hunter2 }
  github: { connector: github, secret: "\${GITHUB SECRET}" }
flows:
  tickets:
    enrich:
      - { lookup: accounts, by: requster.emailDomain, as: account }
      - { lookup: owners, by: "requester.", as: subject }
    classify: [ { task: categry }, { task: priority, pack: suport }, { task: priority } ]
    deliver:
      - { route: urgent, sink: slck, when: "classification.sentiment.label = 'angry'" }
      - { route: urgent, sink: slack, when: "acount.tier = 'x'", chanel: "#x" }
  isues: {}
`;
    expect(problemsOf(wrong)).toStrictEqual([
      '0.yaml:3 sources.zendesk.secret | is a secret: write a reference such as ${NAME} or ${file:/run/secrets/name}, never the value',
      '0.yaml:4 sources.github.secret | ${GITHUB SECRET} is no reference: write ${NAME}, ${NAME:-default} or ${file:path}',
      '0.yaml:3 sources.zendesk.connector | there is no source connector zendsk; did you mean zendesk?',
      '0.yaml:8 flows.tickets.enrich[0].by | nothing here is called requster; did you mean requester?',
      expect.stringMatching(/^0\.yaml:9 flows\.tickets\.enrich\[1\]\.by \| not JSONata: .* at character/),
      '0.yaml:9 flows.tickets.enrich[1].as | subject is already a name that expressions see; choose another',
      '0.yaml:10 flows.tickets.classify[0].task | there is no task categry; did you mean category?',
      '0.yaml:10 flows.tickets.classify[1].pack | there is no pack suport; did you mean support?',
      '0.yaml:10 flows.tickets.classify[2].task | priority is used twice',
      '0.yaml:12 flows.tickets.deliver[0].when | nothing here is called classification.sentiment; classification has categry, priority, priority',
      '0.yaml:12 flows.tickets.deliver[0].sink | there is no sink slck; did you mean slack?',
      '0.yaml:13 flows.tickets.deliver[1].when | nothing here is called acount; did you mean account?',
      expect.stringMatching(/^0\.yaml:13 flows\.tickets\.deliver\[1\]\.channel \| /),
      '0.yaml:13 flows.tickets.deliver[1].chanel | is not a setting here; did you mean channel?',
      '0.yaml:13 flows.tickets.deliver[1].route | urgent is used twice',
      '0.yaml:14 flows.isues | there is no entity isues; did you mean issues?; a flow of another name says `entity` or `from`',
    ]);
  });

  it('refuse a setting that nobody reads, in every section, with the one that was meant', () => {
    const wrong = `
sources: { github: { connector: github, secret: "\${A}", acter: "1" } }
flows: { tickets: { enrich: [], clasify: [], classify: { modes: fast, tasks: [] } } }
flow: {}
`;
    expect(problemsOf(wrong)).toStrictEqual([
      '0.yaml:2 sources.github.acter | is not a setting here; did you mean actor?',
      '0.yaml:3 flows.tickets.classify.modes | is not a setting here; did you mean mode?',
      '0.yaml:3 flows.tickets.clasify | is not a setting here; did you mean classify?',
      '0.yaml:4 flow | is not a setting here; did you mean flows?',
    ]);
  });

  it('report what has the wrong shape with its place', () => {
    expect(
      problemsOf('flows: { tickets: { enrich: [ { lookup: accounts, as: account, requird: true } ], deliver: {} } }'),
    ).toStrictEqual([
      expect.stringMatching(/^0\.yaml:1 flows\.tickets\.enrich\[0\]\.by \| Invalid input: expected string/),
      '0.yaml:1 flows.tickets.enrich[0].requird | is not a setting here; did you mean required?',
      expect.stringMatching(/^0\.yaml:1 flows\.tickets\.deliver \| Invalid input: expected array/),
    ]);
    expect(problemsOf('flows: { tickets: { classify: [ { tsk: category } ] } }')).toStrictEqual([
      expect.stringMatching(/^0\.yaml:1 flows\.tickets\.classify\[0\]\.task \| /),
    ]);
  });

  it('report what is not YAML, what is declared twice, and a sink that cannot write the entity', () => {
    expect(problemsOf('flows: [', aFlow)).toStrictEqual([expect.stringMatching(/^0\.yaml:\d+ {2}\| not YAML/)]);
    expect(problemsOf(aFlow, 'flows: { tickets: {} }\nsources: { zendesk: { connector: zendesk } }')).toStrictEqual([
      '1.yaml:2 sources.zendesk | is declared twice',
      '1.yaml:1 flows.tickets | is declared twice',
    ]);
    expect(problemsOf('flows: { issues: { deliver: [ { route: back, sink: zendesk } ] } }')).toStrictEqual([
      '0.yaml:1 flows.issues.deliver[0].sink | zendesk writes tickets, not issues',
    ]);
  });

  it('report a text that no record and no destination can have', () => {
    const flow = (channel: string) =>
      `flows: { tickets: { deliver: [ { route: urgent, sink: slack, channel: ${channel} } ] } }`;
    for (const channel of ['"a\\0b"', '"a\\ud83d"'])
      expect(problemsOf(flow(channel))).toStrictEqual([
        '0.yaml:1 flows.tickets.deliver[0].channel | has NUL or half a surrogate pair in it, which is no text',
      ]);
    expect(problemsOf(flow('"\\ud83d\\udd25 é"'))).toStrictEqual([]);
  });

  it.each([
    ['Windows-1252', Buffer.from('# x\nflows: {}\n# caf\u00e9', 'latin1'), 3],
    ['UTF-16', Buffer.from('\ufeffflows: {}', 'utf16le'), 1],
  ])('are refused with the line where they are %s, and never read as another text', async (_, bytes, line) => {
    const folder = await mkdtemp(join(tmpdir(), 'flows-'));
    const file = join(folder, 'tickets.yaml');
    await writeFile(file, bytes);
    for (const path of [folder, file])
      expect(() => loadFlows(path, known)).toThrow(`${file}:${line}: not UTF-8: save the file as UTF-8`);
    await rm(folder, { recursive: true });
  });

  it('expand no aliases without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[at]}`).join()}]`)
      .join('\n')}`;
    expect(problemsOf(bomb)).toStrictEqual([expect.stringContaining('not YAML')]);
  });
});

describe('the version that a flow names', () => {
  const versionIn = (flow: string) => parseFlows([{ file: 'a.yaml', text: `flows: { ${flow} }` }], {}).flows;

  it('is its entity`s own where it names none, which may be none', () => {
    const flows = versionIn('issues: {}, messages: {}');
    expect([flows['issues']?.version, flows['messages']?.version]).toEqual([
      { field: 'updatedAt', kind: 'instant' },
      null,
    ]);
  });

  it('is an instant or a whole number of the entity, or none', () => {
    const flows = versionIn('issues: { version: number }, messages: { version: sentAt }, tickets: { version: none }');
    expect(Object.values(flows).map(({ version }) => version)).toEqual([
      { field: 'number', kind: 'number' },
      { field: 'sentAt', kind: 'instant' },
      null,
    ]);
  });

  it.each([
    [
      'tickets: { version: updatedat }',
      'flows.tickets.version: updatedat is no instant or whole number of tickets; did you mean updatedAt?',
    ],
    [
      'tickets: { version: subject }',
      'flows.tickets.version: subject is no instant or whole number of tickets; name createdAt, updatedAt, none',
    ],
    [
      'late: { from: tickets.classified.v1, version: updatedAt }',
      'flows.late.version: tickets.classified.v1 has its sequence already',
    ],
  ])('is refused in %s', (flow, problem) => {
    expect(() => versionIn(flow)).toThrow(problem);
  });
});
