import { type CanonicalEntity, type EntityDefinition, entities, groupTopics, type Topic } from '@millrace/contracts';
import { enriches, flowTopics } from './flow-topics.ts';
import type { Flow, Flows } from './flows.ts';
import { type DeclaredStage, declaredStages } from './generated/stages.ts';
import type { Stage } from './stage.ts';

type Configured = Pick<Flows, 'sources' | 'flows'>;
type Placeholders = Readonly<Record<string, readonly string[]>>;

/**
 * Everything that runs in an installation with these flows. Groups, topics, provisioning, doctor, trace and maps derive
 * from this list; a service runs those of its own name.
 */
export function stagesOf(
  configured: Configured,
  declared: readonly DeclaredStage[] = declaredStages,
): readonly Stage[] {
  const flows = Object.values(configured.flows);
  const upstreamFirst = [
    ...declared.filter(({ each, from }) => each === 'installation' && !readsDeadLetters(from)),
    ...declared.filter(({ each }) => each !== 'installation'),
  ];
  const received = Object.values(entities).map((entity: EntityDefinition<CanonicalEntity>) => entity.received.name);
  const serving = upstreamFirst
    .filter(({ each }) => each === 'installation')
    .filter(({ where }) => where !== 'sources' || Object.keys(configured.sources).length > 0)
    .map((stage) => filled(stage, { received }, null, null));
  const ofFlows = flows.flatMap((flow) => stagesOfFlow(flow, upstreamFirst));
  const working = [...serving, ...ofFlows];
  const deadLetters = working.map(({ group }) => groupTopics(group).dlq);
  const watching = declared
    .filter(({ from }) => readsDeadLetters(from))
    .map((stage) => filled(stage, { received, 'dead letters': deadLetters }, null, null));
  return [...working, ...watching];
}

/** A topic of a flow beside the contract's, and the one of the contract that it is kept like. */
export interface TopicBeside {
  readonly topic: Topic<never>;
  readonly like: string;
}

/** Topics that the flows need beside those of the contract. */
export function topicsBeside(configured: Pick<Flows, 'flows'>): readonly TopicBeside[] {
  return Object.values(configured.flows).flatMap((flow) => {
    const entity: EntityDefinition<CanonicalEntity> = entities[flow.entity];
    const { enriched, classified } = flowTopics(flow);
    const own = [
      ...(enriches(flow) ? [{ topic: enriched, like: entity.enriched.name }] : []),
      ...(flow.classify.length > 0 ? [{ topic: classified, like: entity.classified.name }] : []),
    ];
    return own.filter(({ topic, like }) => topic.name !== like) as unknown as readonly TopicBeside[];
  });
}

/** The consumer group of a stage of a flow or route, as it is declared; for programs that make one route at a time. */
export function groupOf(stage: string, values: { readonly flow?: string; readonly route?: string } = {}): string {
  const declared = declaredStages.find((one) => one.stage === stage) ?? unknown(stage);
  return fill(declared.group, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]))).join(
    '',
  );
}

/**
 * Everything that each consumer group reads: what its stages do, and its own retry and lane topics. What watches everybody's
 * dead letters fails with none, so it has neither.
 */
export function groupReads(stages: readonly Stage[]): ReadonlyMap<string, readonly string[]> {
  const byGroup = Map.groupBy(stages, ({ group }) => group);
  return new Map(
    [...byGroup].map(([group, own]) => {
      const from = [...new Set(own.flatMap((stage) => stage.from))];
      if (own.every(watchesDeadLetters)) return [group, from];
      const { retry, lane } = groupTopics(group);
      return [group, [...from, ...Object.values(retry), lane]];
    }),
  );
}

const watchesDeadLetters = ({ flow, from }: Stage): boolean =>
  flow === null && from.some((topic) => topic.startsWith('dlq.'));
const readsDeadLetters = (from: readonly string[]): boolean => from.includes('<dead letters>');

function stagesOfFlow(flow: Flow, declared: readonly DeclaredStage[]): readonly Stage[] {
  const { source, enriched, classified, last } = flowTopics(flow);
  const shared = {
    flow: [flow.name],
    entity: [flow.entity],
    source: [source.name],
    enriched: [enriched.name],
    classified: [classified.name],
    last: [last.name],
  };
  const has = ({ where }: DeclaredStage): boolean =>
    (where !== 'classify' || flow.classify.length > 0) && (where !== 'enrich' || enriches(flow));
  const own = declared.filter((stage) => stage.each === 'flow' && has(stage));
  const delivering = declared.filter(({ each }) => each === 'route');
  return [
    ...own.map((stage) => filled(stage, shared, flow.name, null)),
    ...flow.deliver.flatMap(({ route }) =>
      delivering.map((stage) => filled(stage, { ...shared, route: [route] }, flow.name, route)),
    ),
  ];
}

function filled(
  { stage, service, group, from, to, outcome }: DeclaredStage,
  values: Placeholders,
  flow: string | null,
  route: string | null,
): Stage {
  const all = (texts: readonly string[]) => texts.flatMap((text) => fill(text, values));
  return { stage, service, group: fill(group, values).join(''), flow, route, from: all(from), to: all(to), outcome };
}

/** A text that is one placeholder becomes all that it stands for; inside a longer text it stands for one. */
function fill(text: string, values: Placeholders): readonly string[] {
  const whole = /^<([a-z ]+)>$/.exec(text)?.[1];
  if (whole !== undefined) return values[whole] ?? unknown(text);
  return [text.replace(/<([a-z ]+)>/g, (one, name: string) => values[name]?.[0] ?? unknown(one))];
}

function unknown(placeholder: string): never {
  throw new TypeError(`a declared stage has ${placeholder}, which nothing fills in`);
}
