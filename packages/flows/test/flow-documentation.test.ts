import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { documentationOf } from '../src/flow-documentation.ts';
import { loadFlows, parseFlows } from '../src/index.ts';

const normalises = (connector: string) => ({ zendesk: ['tickets'], github: ['issues'] })[connector];

describe('the documentation of flows', () => {
  const flows = loadFlows(join(import.meta.dirname, '../../../infra/flows'));
  const text = documentationOf(flows, normalises);

  it('says of every flow where its events come from, what starts it, what is done to them and where they go', () => {
    const tickets = text.slice(text.indexOf('## tickets'));
    for (const part of ['Origin', 'Trigger', 'Transformation', 'Judgement', 'Destination'])
      expect(tickets).toContain(`**${part}**`);
    expect(tickets).toContain('- source zendesk (zendesk), `/v1/webhooks/zendesk`');
    expect(tickets).toContain('- each record of `tickets.received.v1`');
    expect(tickets).toContain('- looks up `account` in table accounts by `requester.emailDomain`');
    expect(tickets).toContain('- category, pack support');
    expect(tickets).toMatch(
      /- urgent: slack, when `classification\.priority\.label = 'urgent'`.*group `sink-writers\.tickets\.urgent`/,
    );
    for (const { name, deliver } of Object.values(flows.flows)) {
      expect(text).toContain(`## ${name}`);
      for (const { route } of deliver) expect(text).toContain(`- ${route}: `);
    }
  });

  it('shows no value of a setting, and draws the whole', () => {
    expect(text).not.toContain('${');
    expect(text).toContain('```mermaid\nflowchart LR');
  });

  it('names the flow that another one reads', () => {
    const chained = parseFlows([
      {
        file: 'f.yaml',
        text: `
flows:
  tickets: { classify: [ { task: priority } ], deliver: [] }
  pages: { from: tickets.classified.v1, deliver: [ { route: page, sink: slack } ] }`,
      },
    ]);
    expect(documentationOf(chained, normalises)).toContain('**Origin**\n\n- what flow tickets wrote');
  });
});
