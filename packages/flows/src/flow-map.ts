import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { entities } from '@millrace/contracts';
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

/** Entity that a connector's webhooks become, where it is known; others end as raw records. */
export type Normalises = (connector: string) => string | undefined;

export function flowMap(flows: Flows, normalises: Normalises): FlowMap {
  const nodes: MapNode[] = [];
  const edges: MapEdge[] = [];
  const raw = 'webhooks.received.v1';
  for (const { name, connector, enabled } of Object.values(flows.sources)) {
    const entity = normalises(connector);
    nodes.push({ id: `source:${name}`, label: [name, ...(enabled ? [] : ['disabled'])], shape: 'source' });
    edges.push({
      from: `source:${name}`,
      to: raw,
      ...(entity === undefined ? { label: 'raw only' } : { label: entity }),
    });
  }
  if (nodes.length > 0)
    nodes.push({ id: raw, label: [raw], shape: 'topic' }, { id: 'normalise', label: ['normalise'], shape: 'stage' });
  if (nodes.length > 0) edges.push({ from: raw, to: 'normalise' });
  for (const flow of flowList(flows)) {
    const part = mapOfFlow(flow);
    nodes.push(...part.nodes);
    edges.push(...part.edges);
    if (Object.values(flows.sources).some(({ connector }) => normalises(connector) === flow.entity))
      edges.push({ from: 'normalise', to: entities[flow.entity].received.name });
  }
  return { nodes, edges };
}

function mapOfFlow(flow: Flow): FlowMap {
  const { entity, enrich, classify, classifyMode, deliver } = flow;
  const { received, enriched, classified } = entities[entity];
  const nodes: MapNode[] = [
    { id: received.name, label: [received.name], shape: 'topic' },
    {
      id: `${entity}:enrich`,
      label: ['enrich', ...enrich.map(({ as }) => as), ...orderingLabel(flow)],
      shape: 'stage',
    },
    { id: enriched.name, label: [enriched.name], shape: 'topic' },
  ];
  const edges: MapEdge[] = [
    { from: received.name, to: `${entity}:enrich` },
    { from: `${entity}:enrich`, to: enriched.name },
  ];
  for (const { table, by, required } of enrich) {
    if (!nodes.some(({ id }) => id === `table:${table}`))
      nodes.push({ id: `table:${table}`, label: [table], shape: 'table' });
    edges.push({
      from: `table:${table}`,
      to: `${entity}:enrich`,
      label: required ? `${by} (required)` : by,
      dashed: true,
    });
  }
  if (classify.length > 0) {
    nodes.push(
      {
        id: `${entity}:classify`,
        label: [`classify (${classifyMode})`, ...classify.map(({ task }) => task), ...orderingLabel(flow)],
        shape: 'stage',
      },
      { id: classified.name, label: [classified.name], shape: 'topic' },
    );
    edges.push({ from: enriched.name, to: `${entity}:classify` }, { from: `${entity}:classify`, to: classified.name });
  }
  const last = classify.length > 0 ? classified.name : enriched.name;
  for (const { route, sink, when, ...ordering } of deliver) {
    nodes.push({ id: `${entity}:${route}`, label: [route, `→ ${sink}`, ...orderingLabel(ordering)], shape: 'sink' });
    edges.push({ from: last, to: `${entity}:${route}`, ...(when === null ? {} : { label: when }) });
  }
  return { nodes, edges };
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
