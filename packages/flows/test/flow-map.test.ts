import { describe, expect, it } from '@jest/globals';
import { flowMap, mermaidOf, svgOf } from '../src/flow-map.ts';
import { parseFlows } from '../src/index.ts';

const flows = parseFlows([
  {
    file: 'a.yaml',
    text: `
sources:
  desk: { connector: zendesk, secret: "\${S}" }
  shop: { connector: stripe, secret: "\${S}", enabled: false }
flows:
  tickets:
    enrich: [ { lookup: accounts, by: requester.emailDomain, as: account, required: true } ]
    classify: [ { task: priority } ]
    deliver: [ { route: urgent, sink: slack, when: 'classification.priority.label = "urgent" and subject < "<b>"' } ]
`,
  },
]);
const map = flowMap(flows, (connector) => (connector === 'zendesk' ? ['tickets'] : undefined));

describe('flow map', () => {
  it('is Mermaid text in which nothing of an expression breaks out', () => {
    expect(mermaidOf(map)).toBe(`flowchart LR
  n0(["desk"])
  n1(["shop<br/>disabled"])
  n2[["webhooks.received.v1"]]
  n3["normalise"]
  n4[["tickets.received.v1"]]
  n5["enrich<br/>account"]
  n6[["tickets.enriched.v1"]]
  n7[("accounts")]
  n8["classify (cascade)<br/>priority"]
  n9[["tickets.classified.v1"]]
  n10(["urgent<br/>→ slack"])
  n0 -->|"tickets"| n2
  n1 -->|"raw only"| n2
  n2 --> n3
  n4 --> n5
  n5 --> n6
  n7 -.->|"requester.emailDomain (required)"| n5
  n6 --> n8
  n8 --> n9
  n9 -->|"classification.priority.label = #quot;urgent#quot; and subject #lt; #quot;#lt;b#gt;#quot;"| n10
  n3 --> n4
`);
  });

  it('says where the order is kept through failures, and only there', () => {
    const text = `flows:\n  tickets: { deliver: [ { route: a, sink: s }, { route: b, sink: s, order: key, onFailure: block } ] }`;
    const labels = flowMap(parseFlows([{ file: 'a.yaml', text }]), () => undefined).nodes.map(({ label }) => label);
    expect(labels).toContainEqual(['a', '→ s']);
    expect(labels).toContainEqual(['b', '→ s', 'order: key, block']);
    const whole = flowMap(
      parseFlows([{ file: 'a.yaml', text: 'flows: { tickets: { order: key } }' }]),
      () => undefined,
    );
    expect(whole.nodes.map(({ label }) => label)).toContainEqual(['enrich', 'order: key, hold-key']);
  });

  it('is an SVG that shows every node and carries no markup of an expression', async () => {
    const svg = await svgOf(map);
    expect(svg).toMatch(/^<\?xml[\s\S]*<svg /);
    for (const { label } of map.nodes) for (const line of label) expect(svg).toContain(line);
    expect(svg).not.toContain('<b>');
  });
});
