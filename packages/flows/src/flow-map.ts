import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { enriches, flowTopics } from './flow-topics.ts';
import { type Flow, type Flows, flowList } from './flows.ts';
import { orderingLabel } from './ordering.ts';

type Shape = 'source' | 'stage' | 'topic' | 'table' | 'sink';

interface MapNode {
  readonly id: string;
  readonly label: readonly string[];
  readonly shape: Shape;
}
interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** What is asked, not what flows. */
  readonly dashed?: boolean;
}

/** What is connected to what; both drawings are made of this. */
export interface FlowMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** Entities that a connector's webhooks become, where that is known; others end as raw records. */
export type Normalises = (connector: string) => readonly string[] | undefined;

export function flowMap(flows: Flows, normalises: Normalises): FlowMap {
  const nodes: MapNode[] = [];
  const edges: MapEdge[] = [];
  const raw = 'webhooks.received.v1';
  for (const { name, connector, enabled } of Object.values(flows.sources)) {
    const becomes = normalises(connector) ?? [];
    nodes.push({ id: `source:${name}`, label: [name, ...(enabled ? [] : ['disabled'])], shape: 'source' });
    edges.push({
      from: `source:${name}`,
      to: raw,
      label: becomes.length === 0 ? 'raw only' : becomes.join(', '),
    });
  }
  if (nodes.length > 0)
    nodes.push({ id: raw, label: [raw], shape: 'topic' }, { id: 'normalise', label: ['normalise'], shape: 'stage' });
  if (nodes.length > 0) edges.push({ from: raw, to: 'normalise' });
  for (const flow of flowList(flows)) {
    const part = mapOfFlow(flow);
    nodes.push(...part.nodes);
    edges.push(...part.edges);
    const isFed = Object.values(flows.sources).some(({ connector }) => normalises(connector)?.includes(flow.entity));
    const received = flowTopics(flow).source.name;
    if (
      flow.from.stage === 'received' &&
      isFed &&
      !edges.some(({ from, to }) => from === 'normalise' && to === received)
    )
      edges.push({ from: 'normalise', to: received });
  }
  // Flows meet in topics and tables: each is drawn once.
  return { nodes: [...new Map(nodes.map((node) => [node.id, node])).values()], edges };
}

function mapOfFlow(flow: Flow): FlowMap {
  const { name, deliver } = flow;
  const { source, last } = flowTopics(flow);
  const parts: readonly FlowMap[] = [
    { nodes: [topicNode(source.name)], edges: [] },
    ...(enriches(flow) ? [mapOfEnrich(flow)] : []),
    ...(flow.classify.length > 0 ? [mapOfClassify(flow)] : []),
    {
      nodes: deliver.map(({ route, sink, ...ordering }) => ({
        ...{ id: `${name}:${route}`, label: [route, `→ ${sink}`, ...orderingLabel(ordering)], shape: 'sink' },
      })),
      edges: deliver.map(({ route, when }) => ({
        ...{ from: last.name, to: `${name}:${route}`, ...(when === null ? {} : { label: when }) },
      })),
    },
  ];
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

const topicNode = (name: string): MapNode => ({ id: name, label: [name], shape: 'topic' });

function mapOfEnrich(flow: Flow): FlowMap {
  const { source, enriched } = flowTopics(flow);
  const id = `${flow.name}:enrich`;
  const label = ['enrich', ...flow.enrich.map(({ as }) => as), ...orderingLabel(flow)];
  return {
    nodes: [
      { id, label, shape: 'stage' },
      topicNode(enriched.name),
      ...flow.enrich.map(({ table }): MapNode => ({ id: `table:${table}`, label: [table], shape: 'table' })),
    ],
    edges: [
      { from: source.name, to: id },
      { from: id, to: enriched.name },
      ...flow.enrich.map(({ table, by, required }) => ({
        ...{ from: `table:${table}`, to: id, label: required ? `${by} (required)` : by, dashed: true },
      })),
    ],
  };
}

function mapOfClassify(flow: Flow): FlowMap {
  const { enriched, classified } = flowTopics(flow);
  const id = `${flow.name}:classify`;
  const label = [`classify (${flow.classifyMode})`, ...flow.classify.map(({ as }) => as), ...orderingLabel(flow)];
  return {
    nodes: [{ id, label, shape: 'stage' }, topicNode(classified.name)],
    edges: [
      { from: enriched.name, to: id },
      { from: id, to: classified.name },
    ],
  };
}

const mermaidShape: Readonly<Record<Shape, readonly [string, string]>> = {
  source: ['([', '])'],
  stage: ['[', ']'],
  topic: ['[[', ']]'],
  table: ['[(', ')]'],
  sink: ['([', '])'],
};

/** The map as Mermaid text, for a README or an issue. */
export function mermaidOf({ nodes, edges }: FlowMap): string {
  const name = new Map(nodes.map(({ id }, at) => [id, `n${at}`]));
  const quoted = (text: string) =>
    `"${text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;')}"`;
  const lines = [
    ...nodes.map(
      ({ id, label, shape }) =>
        `  ${name.get(id)}${mermaidShape[shape][0]}"${label.map((line) => quoted(line).slice(1, -1)).join('<br/>')}"${mermaidShape[shape][1]}`,
    ),
    ...edges.map(
      ({ from, to, label, dashed }) =>
        `  ${name.get(from)} ${dashed ? '-.->' : '-->'}${label === undefined ? '' : `|${quoted(label)}|`} ${name.get(to)}`,
    ),
  ];
  return `flowchart LR\n${lines.join('\n')}\n`;
}

const style: Readonly<Record<Shape, string>> = {
  source: 'shape=box style="rounded,filled" fillcolor="#e8f1fb" color="#5b8cc0"',
  stage: 'shape=box style=filled fillcolor="#fff7e0" color="#c9a227"',
  topic: 'shape=box style=filled fillcolor="#f2f2f2" color="#999999" fontname="monospace" fontsize=10',
  table: 'shape=cylinder style=filled fillcolor="#eef7ee" color="#6aa86a"',
  sink: 'shape=box style="rounded,filled" fillcolor="#f6ecf7" color="#a06aa8"',
};

/** The map in Graphviz's language. */
export function dotOf({ nodes, edges }: FlowMap): string {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const lines = [
    ...nodes.map(({ id, label, shape }) => `  ${quoted(id)} [label=${quoted(label.join('\n'))} ${style[shape]}]`),
    ...edges.map(
      ({ from, to, label, dashed }) =>
        `  ${quoted(from)} -> ${quoted(to)} [${label === undefined ? '' : `label=${quoted(label)} `}${dashed ? 'style=dashed' : ''}]`,
    ),
  ];
  return `digraph flows {\n  rankdir=LR\n  node [fontname="sans-serif" fontsize=11]\n  edge [fontname="sans-serif" fontsize=9 color="#666666"]\n${lines.join('\n')}\n}\n`;
}

/** The map as an SVG document that needs nothing else. */
export async function svgOf(map: FlowMap): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.layout(dotOf(map), 'svg', 'dot');
}
