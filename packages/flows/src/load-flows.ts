import type { z } from 'zod';
import { checkFlow } from './check-flow.ts';
import { type FlowDocument, type FlowText, parseFlowText, pathText, readFlowTexts } from './flow-documents.ts';
import { type FlowFile, flowFile } from './flow-file.ts';
import { flowSources } from './flow-source.ts';
import type { ClassifyMode, Flow, Flows, SourceInstance } from './flows.ts';
import { type KnownNames, noSuchName, type SinkInstances } from './known-names.ts';
import { describeProblem, FlowError, type FlowProblem } from './problems.ts';
import { referenceProblem, secretProblem } from './references.ts';
import { stagesOf } from './topology.ts';
import { settingsAt, unknownSetting } from './unknown-settings.ts';

/** Collects problems with their places. */
export interface Report {
  at(document: FlowDocument, path: readonly PropertyKey[], message: string): void;
  warn(document: FlowDocument, path: readonly PropertyKey[], message: string): void;
}

export interface LoadOptions {
  /** Of what runs, and may surprise: an expression that uses a field as if it were always there. */
  readonly onWarning?: (warning: FlowProblem) => void;
}

/** Loads a flow file or a folder of them. Rejects with one `FlowError` that lists every problem. */
export function loadFlows(path: string, known: KnownNames = {}, options: LoadOptions = {}): Flows {
  const texts = readFlowTexts(path);
  if (texts.length === 0) throw new FlowError('X_FLOWS_INVALID', `there is no .yaml file in ${path}`);
  return parseFlows(texts, known, options);
}

/** The same for texts at hand. Pure. */
export function parseFlows(
  texts: readonly FlowText[],
  known: KnownNames = {},
  { onWarning = () => {} }: LoadOptions = {},
): Flows {
  const problems: FlowProblem[] = [];
  const placed = (document: FlowDocument, path: readonly PropertyKey[], message: string): FlowProblem => ({
    ...{ file: document.file, path: pathText(path), line: document.lineOf(path), message },
  });
  const report: Report = {
    at: (...place) => problems.push(placed(...place)),
    warn: (...place) => onWarning(placed(...place)),
  };
  const files = texts.flatMap((text) => readFile(text, problems, report));
  const sources = collectSources(files, known, report);
  const flows = collectFlows(files, known, report);
  if (problems.length > 0) {
    throw new FlowError(
      'X_FLOWS_INVALID',
      `the flow files have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map(describeProblem).join('\n')}`,
      { problems },
    );
  }
  return assembleFlows(sources, flows);
}

/** What the files say with all that derives from it. */
export function assembleFlows(sources: Flows['sources'], list: readonly Flow[]): Flows {
  const flows = Object.fromEntries(list.map((flow) => [flow.name, flow]));
  const stages = stagesOf({ sources, flows });
  return { sources, flows, stages, groups: () => [...new Set(stages.map(({ group }) => group))] };
}

interface ReadFile {
  readonly document: FlowDocument;
  readonly content: FlowFile;
}

function readFile(text: FlowText, problems: FlowProblem[], report: Report): readonly ReadFile[] {
  const parsed = parseFlowText(text);
  problems.push(...parsed.problems);
  const { document } = parsed;
  if (document === null) return [];
  checkTexts(document, document.data, [], report);
  const checked = flowFile.safeParse(document.data);
  if (checked.success) return [{ document, content: checked.data }];
  for (const { path, message } of checked.error.issues.flatMap((issue) => leaves(issue)))
    report.at(document, path, message);
  return [];
}

/** A failed union says what each branch missed: the one that got furthest is what was meant. */
function leaves(
  issue: z.core.$ZodIssue,
  under: readonly PropertyKey[] = [],
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: unknownSetting(key, settingsAt(flowFile, [...under, ...issue.path])),
    }));
  if (issue.code !== 'invalid_union') return [issue];
  const place = [...under, ...issue.path];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => leaves(inner, place)));
  const depth = (branch: (typeof branches)[number]) => Math.max(0, ...branch.map(({ path }) => path.length));
  const best = branches.toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
  return depth(best) === 0 ? [issue] : best.map(({ path, message }) => ({ path: [...issue.path, ...path], message }));
}

const secretName = /(secret|token|password|authorization|api[-_]?key|private[-_]?key|credential)s?$/i;

function checkTexts(document: FlowDocument, value: unknown, path: readonly PropertyKey[], report: Report): void {
  if (typeof value === 'string') {
    const name = String(path.findLast((step) => typeof step === 'string') ?? '');
    const problem = secretName.test(name) ? secretProblem(value) : referenceProblem(value);
    if (problem !== null) report.at(document, path, problem);
    // Records have neither by then, and no destination takes them: a name would be none, a comparison never hold.
    if (value.includes('\0') || !value.isWellFormed())
      report.at(document, path, 'has NUL or half a surrogate pair in it, which is no text');
  } else if (Array.isArray(value)) {
    value.forEach((item, at) => {
      checkTexts(document, item, [...path, at], report);
    });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) checkTexts(document, inner, [...path, key], report);
  }
}

function collectSources(
  files: readonly ReadFile[],
  { knownSources }: KnownNames,
  report: Report,
): Readonly<Record<string, SourceInstance>> {
  const found = new Map<string, SourceInstance>();
  for (const { document, content } of files) {
    for (const [name, { connector, secret, actor, enabled, ...settings }] of Object.entries(content.sources)) {
      const path = ['sources', name];
      if (found.has(name)) report.at(document, path, 'is declared twice');
      if (knownSources && !Object.hasOwn(knownSources, connector))
        report.at(
          document,
          [...path, 'connector'],
          noSuchName('source connector', connector, Object.keys(knownSources)),
        );
      found.set(name, { name, connector, secret: secret ?? null, actor: actor ?? null, enabled, settings });
    }
  }
  return Object.fromEntries(found);
}

function collectFlows(files: readonly ReadFile[], known: KnownNames, report: Report): readonly Flow[] {
  const sinks = collectSinks(files, known, report);
  const mode = collectMode(files, report);
  const sections = files.flatMap(({ document, content }) =>
    Object.entries(content.flows).map(([name, section]) => ({ document, name, section })),
  );
  const first = sections.filter(({ name }, at) => sections.findIndex((other) => other.name === name) === at);
  for (const { document, name } of sections.filter((one) => !first.includes(one)))
    report.at(document, ['flows', name], 'is declared twice');
  const sources = flowSources(first.map(({ name, section }) => [name, section]));
  return first.flatMap(({ document, name, section }) => {
    const at = (inner: readonly PropertyKey[], message: string) =>
      report.at(document, ['flows', name, ...inner], message);
    const warn = (inner: readonly PropertyKey[], message: string) =>
      report.warn(document, ['flows', name, ...inner], message);
    const problem = sources.problems.get(name);
    if (problem !== undefined) at(problem.field === null ? [] : [problem.field], problem.message);
    const source = sources.found.get(name);
    return source === undefined ? [] : [checkFlow(section, { source, mode, sinks, known, report: at, warn })];
  });
}

function collectSinks(files: readonly ReadFile[], { knownSinks }: KnownNames, report: Report): SinkInstances {
  const found = new Map<string, { connector: string; settings: Readonly<Record<string, unknown>> }>();
  for (const { document, content } of files) {
    for (const [name, { connector = name, ...settings }] of Object.entries(content.sinks)) {
      if (found.has(name)) report.at(document, ['sinks', name], 'is declared twice');
      if (knownSinks && !Object.hasOwn(knownSinks, connector))
        report.at(document, ['sinks', name], noSuchName('sink connector', connector, Object.keys(knownSinks)));
      found.set(name, { connector, settings });
    }
  }
  return found;
}

function collectMode(files: readonly ReadFile[], report: Report): ClassifyMode {
  const said = files.filter(({ content }) => content.classify !== undefined);
  for (const { document } of said.slice(1)) report.at(document, ['classify'], 'is declared twice');
  return said[0]?.content.classify?.mode ?? 'cascade';
}
