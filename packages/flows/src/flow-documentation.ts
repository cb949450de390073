import { flowMap, mermaidOf, type Normalises } from './flow-map.ts';
import { enriches, flowTopics } from './flow-topics.ts';
import { type Flow, type Flows, flowList, type Route, type Task } from './flows.ts';
import { orderingLabel } from './ordering.ts';

/** Every flow as Markdown: where its events come from, what starts it, what is done to them, and where they go. */
export function documentationOf(flows: Flows, normalises: Normalises): string {
  const drawing = mermaidOf(flowMap(flows, normalises));
  const parts = flowList(flows).map((flow) => sectionOf(flow, flows, normalises));
  return ['# Flows', '', `\`\`\`mermaid\n${drawing.trimEnd()}\n\`\`\``, '', ...parts].join('\n');
}

function sectionOf(flow: Flow, flows: Flows, normalises: Normalises): string {
  const { name, entity, version } = flow;
  const { source, enriched, classified, last } = flowTopics(flow);
  const lines = [
    `## ${name}`,
    '',
    `About ${entity}. ${version === null ? 'The order of the log decides which of two events is newer' : `\`${version.field}\` decides which of two business events is newer`}.`,
    '',
    ...listed('Origin', originsOf(flow, flows, normalises)),
    ...listed('Trigger', [`each record of \`${source.name}\``]),
    ...listed('Transformation', [
      ...flow.enrich.map(
        ({ table, by, as, required }) =>
          `looks up \`${as}\` in table ${table} by \`${by}\`${required ? '; a miss is a dead letter' : ', nothing where there is no row'}`,
      ),
      ...(enriches(flow) ? [`writes \`${enriched.name}\` (group \`${groupIn(flows, name, 'enrich')}\`)`] : []),
    ]),
    ...listed('Judgement', [
      ...flow.classify.map(judgementOf),
      ...(flow.classify.length === 0
        ? []
        : [`mode ${flow.classifyMode}, writes \`${classified.name}\` (group \`${groupIn(flows, name, 'classify')}\`)`]),
    ]),
    ...listed(
      'Destination',
      flow.deliver.map((route) => destinationOf(route, last.name, groupIn(flows, name, 'deliver', route.route))),
    ),
  ];
  return lines.join('\n');
}

function originsOf(flow: Flow, flows: Flows, normalises: Normalises): readonly string[] {
  if (flow.from.stage !== 'received') {
    const writer = flows.stages.find(({ to }) => to[0] === flow.from.topic);
    return [
      `what ${writer?.flow === undefined || writer.flow === null ? 'somebody else' : `flow ${writer.flow}`} wrote`,
    ];
  }
  const sources = Object.values(flows.sources).filter(({ connector }) => normalises(connector)?.includes(flow.entity));
  return [
    ...sources.map(
      ({ name, connector, enabled }) =>
        `source ${name} (${connector}), \`/v1/webhooks/${name}\`${enabled ? '' : ', disabled'}`,
    ),
    `business events, \`POST /v1/events/${flow.entity}\``,
  ];
}

function judgementOf({ task, as, when, pack }: Task): string {
  return [
    as === task ? task : `${as} (${task})`,
    ...(pack === null ? [] : [`pack ${pack}`]),
    ...(when === null ? [] : [`when \`${when}\``]),
  ].join(', ');
}

/** Names of settings alone: values may be addresses that are nobody's business. */
function destinationOf({ route, sink, when, map, settings, ...ordering }: Route, topic: string, group: string): string {
  const told = Object.keys(settings);
  return [
    `${route}: ${sink}`,
    ...(when === null ? [] : [`when \`${when}\``]),
    ...(map === null ? [] : [`as \`${map}\``]),
    ...orderingLabel(ordering),
    ...(told.length === 0 ? [] : [`set: ${told.join(', ')}`]),
    `reads \`${topic}\` (group \`${group}\`)`,
  ].join(', ');
}

function groupIn({ stages }: Flows, flow: string, stage: string, route: string | null = null): string {
  return stages.find((one) => one.flow === flow && one.stage === stage && one.route === route)?.group ?? '';
}

const listed = (title: string, items: readonly string[]): readonly string[] =>
  items.length === 0 ? [] : [`**${title}**`, '', ...items.map((item) => `- ${item}`), ''];
