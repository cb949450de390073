import { type Flow, type Flows, flowList } from './flows.ts';
import { versionOf } from './flows-digest.ts';

/** What is different in other flows, a line for each thing that a person named. */
export function flowChanges(
  before: Pick<Flows, 'sources' | 'flows'>,
  after: Pick<Flows, 'sources' | 'flows'>,
): readonly string[] {
  return [
    ...differences('source', before.sources, after.sources),
    ...differences('flow', ownParts(before), ownParts(after)),
    ...differences('route', routesOf(before), routesOf(after)),
  ];
}

function differences(
  what: string,
  before: Readonly<Record<string, object>>,
  after: Readonly<Record<string, object>>,
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (was === undefined) return [`${what} ${name} is new`];
    if (is === undefined) return [`${what} ${name} is gone`];
    const changed = changedFields(was, is);
    return changed.length === 0 ? [] : [`${what} ${name} has another ${changed.join(', ')}`];
  });
}

function changedFields(was: object, is: object): readonly string[] {
  const [old, next] = [was, is] as readonly Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...names].filter((name) => versionOf(old?.[name] ?? null) !== versionOf(next?.[name] ?? null));
}

/** Flows without their routes, which are told by themselves. */
const ownParts = (flows: Pick<Flows, 'flows'>): Readonly<Record<string, object>> =>
  Object.fromEntries(flowList(flows).map(({ deliver: _, ...flow }: Flow) => [flow.name, flow]));

const routesOf = (flows: Pick<Flows, 'flows'>): Readonly<Record<string, object>> =>
  Object.fromEntries(
    flowList(flows).flatMap(({ name, deliver }) => deliver.map((route) => [`${name}.${route.route}`, route])),
  );
