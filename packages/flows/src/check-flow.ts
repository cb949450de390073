import { compileExpression } from './expression-check.ts';
import type { FlowSection, RouteSection, TaskSection } from './flow-file.ts';
import type { FlowSource } from './flow-source.ts';
import type { ClassifyMode, Flow, Lookup, Route, Task } from './flows.ts';
import { type KnownNames, noSuchName, type SinkInstances } from './known-names.ts';
import { optionalUses, type Use } from './optional-fields.ts';
import { orderingOf } from './ordering.ts';
import type { FlowError } from './problems.ts';
import { settingsAt, unknownSetting } from './unknown-settings.ts';
import { checkVersion } from './version.ts';
import { reservedNames, type Scope, unknownNames } from './visible-names.ts';

export interface FlowContext {
  readonly source: FlowSource;
  readonly mode: ClassifyMode;
  readonly sinks: SinkInstances;
  readonly known: KnownNames;
  readonly report: (path: readonly PropertyKey[], message: string) => void;
  /** Runs, and may surprise. */
  readonly warn: (path: readonly PropertyKey[], message: string) => void;
}

/** One flow of a file, completed and checked. Problems go to the report; the flow is returned all the same. */
export function checkFlow(section: FlowSection, context: FlowContext): Flow {
  const { source, mode } = context;
  const { entity } = source;
  const list = Array.isArray(section.classify)
    ? { tasks: section.classify as readonly TaskSection[] }
    : (section.classify as Exclude<FlowSection['classify'], readonly TaskSection[]>);
  const enrich = section.enrich.map(({ lookup, by, as, required }) => ({ table: lookup, by, as, required }));
  const classify = list.tasks.map(({ task, as, pack, when, ...settings }) => ({
    ...{ task, as: as ?? task, pack: pack ?? null, when: when ?? null, settings },
  }));
  // What another flow added before is not known here by name.
  const judgedBefore = source.from.stage === 'classified';
  const aliases = source.from.stage === 'received' ? enrich.map(({ as }) => as) : null;
  const required = enrich.flatMap((lookup) => (lookup.required ? [lookup.as] : []));
  const scope = { entity, aliases, required, tasks: judgedBefore ? null : classify.map(({ as }) => as) };
  checkLookups(enrich, context);
  const tasksPath = Array.isArray(section.classify) ? ['classify'] : ['classify', 'tasks'];
  checkTasks(classify, tasksPath, { ...scope, tasks: judgedBefore ? null : [] }, context);
  const deliver = section.deliver.map((route, at) => checkRoute(route, at, { ...scope, flow: section }, context));
  reportTwice(
    deliver.map(({ route }) => route),
    (at) => ['deliver', at, 'route'],
    context,
  );
  const ordering = orderingOf(section, {}, (field, message) => context.report([field], message));
  const classifyMode = ('mode' in list ? list.mode : undefined) ?? mode;
  const version = checkVersion(section.version, source, (message) => context.report(['version'], message));
  return { ...source, version, enrich, classify, classifyMode, deliver, ...ordering };
}

function checkLookups(lookups: readonly Lookup[], context: FlowContext): void {
  const { entity } = context.source;
  const reserved = reservedNames(entity);
  for (const [at, { by, as, required }] of lookups.entries()) {
    // A lookup sees the entity alone: lookups of a flow are planned together.
    const use = { as: 'by', isRequired: required } as const;
    checkExpression(by, ['enrich', at, 'by'], { entity, aliases: [], tasks: [], use }, context);
    if (reserved.includes(as))
      context.report(['enrich', at, 'as'], `${as} is already a name that expressions see; choose another`);
  }
  reportTwice(
    lookups.map(({ as }) => as),
    (at) => ['enrich', at, 'as'],
    context,
  );
}

function checkTasks(tasks: readonly Task[], path: readonly PropertyKey[], scope: Scope, context: FlowContext): void {
  const { knownTasks, knownPacks } = context.known;
  for (const [at, { task, pack, when }] of tasks.entries()) {
    if (when !== null) checkExpression(when, [...path, at, 'when'], { ...scope, use: { as: 'when' } }, context);
    if (knownTasks && !knownTasks.includes(task))
      context.report([...path, at, 'task'], noSuchName('task', task, knownTasks));
    if (knownPacks && pack !== null && !knownPacks.includes(pack))
      context.report([...path, at, 'pack'], noSuchName('pack', pack, knownPacks));
  }
  reportTwice(
    tasks.map(({ as }) => as),
    (at) => [...path, at, tasks[at]?.as === tasks[at]?.task ? 'task' : 'as'],
    context,
  );
}

function checkRoute(
  section: RouteSection,
  at: number,
  scope: Scope & { readonly flow: FlowSection },
  context: FlowContext,
): Route {
  const { route, sink, when, map, order, onFailure, ...own } = section;
  const path = ['deliver', at];
  for (const [as, text] of [
    ['when', when],
    ['map', map],
  ] as const)
    if (text !== undefined) checkExpression(text, [...path, as], { ...scope, use: { as } }, context);
  const instance = context.sinks.get(sink);
  const connector = instance?.connector ?? sink;
  const settings = { ...instance?.settings, ...own };
  const { knownSinks } = context.known;
  const known = knownSinks && Object.hasOwn(knownSinks, connector) ? knownSinks[connector] : undefined;
  if (knownSinks && known === undefined && instance === undefined)
    context.report([...path, 'sink'], noSuchName('sink', sink, [...context.sinks.keys(), ...Object.keys(knownSinks)]));
  for (const issue of known?.config?.safeParse(settings).error?.issues ?? []) {
    if (issue.code !== 'unrecognized_keys') context.report([...path, ...issue.path], issue.message);
    else
      for (const key of issue.keys)
        context.report([...path, ...issue.path, key], unknownSetting(key, settingsAt(known?.config, issue.path)));
  }
  if (known?.entities !== undefined && known.entities !== 'any' && !known.entities.includes(context.source.entity)) {
    context.report([...path, 'sink'], `${connector} writes ${known.entities.join(', ')}, not ${context.source.entity}`);
  }
  const ordering = orderingOf({ order, onFailure }, scope.flow, (field, message) =>
    context.report([...path, field], message),
  );
  return { route, sink: connector, when: when ?? null, map: map ?? null, settings, ...ordering };
}

function checkExpression(
  text: string,
  path: readonly PropertyKey[],
  { use, ...scope }: Scope & { readonly use: Use },
  context: FlowContext,
): void {
  try {
    const compiled = compileExpression(text);
    for (const message of unknownNames(compiled, scope)) context.report(path, message);
    for (const message of optionalUses(compiled, scope, use)) context.warn(path, message);
  } catch (error) {
    context.report(path, (error as FlowError).message);
  }
}

function reportTwice(
  names: readonly string[],
  path: (at: number) => readonly PropertyKey[],
  context: FlowContext,
): void {
  names.forEach((name, at) => {
    if (names.indexOf(name) < at) context.report(path(at), `${name} is used twice`);
  });
}
