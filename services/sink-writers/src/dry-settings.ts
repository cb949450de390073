import type { AnySink } from '@millrace/connectors/kit/sink';
import { type Environment, FlowError, resolveReferences } from '@millrace/flows';

export interface DrySettings {
  /** As the sink is opened with. */
  readonly settings: unknown;
  /** What must not be shown: every value that a reference stands for, but for addresses. */
  readonly secrets: readonly string[];
  /** Stand-in → the reference that is shown in its place. */
  readonly placeholders: ReadonlyMap<string, string>;
}

type Path = readonly PropertyKey[];

/**
 * A route's settings with their references resolved, as when the destination is opened for real. What is not set where the
 * dry run happens gets a stand-in that the sink takes: an address nobody has, or a text.
 */
export function drySettings(definition: AnySink, stated: unknown, environment: Environment): DrySettings {
  const declared = definition.config.parse(stated);
  const references = textsIn(declared).filter(({ text }) => text.includes('${'));
  const resolved = references.map(({ path, text }, at) => {
    const value = resolvedOrNull(text, environment);
    return { path, text, isMissing: value === null, value: value ?? textOf(at) };
  });
  const withTexts = resolved.reduce<unknown>((settings, { path, value }) => placed(settings, path, value), declared);
  const refused = definition.config.safeParse(withTexts).error?.issues.map(({ path }) => JSON.stringify(path)) ?? [];
  const final = resolved.map((one, at) =>
    one.isMissing && refused.includes(JSON.stringify(one.path)) ? { ...one, value: addressOf(one.text, at) } : one,
  );
  return {
    settings: final.reduce<unknown>((settings, { path, value }) => placed(settings, path, value), declared),
    secrets: final.filter(({ isMissing, value }) => !isMissing && !isPlainAddress(value)).map(({ value }) => value),
    placeholders: new Map(final.filter(({ isMissing }) => isMissing).map(({ text, value }) => [value, text])),
  };
}

/** Base64 too, because some keys are. */
const textOf = (at: number): string => Buffer.from(`not set in a dry run ${at}`.padEnd(30)).toString('base64');

/** Behind the reference the file may go on with a path of its own. */
const addressOf = (text: string, at: number): string =>
  `https://not-set-${at}.invalid${/^\$\{[^}]*\}(\/.*)?$/.exec(text)?.[1] ?? ''}`;

/** Addresses tell where something goes, which is what a dry run is asked; one with a password in it is none. */
function isPlainAddress(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && url.username === '' && url.password === '' && url.search === '';
}

function resolvedOrNull(text: string, environment: Environment): string | null {
  try {
    return resolveReferences(text, environment);
  } catch (error) {
    if (error instanceof FlowError && error.code === 'X_FLOWS_SECRET_MISSING') return null;
    throw error;
  }
}

function textsIn(value: unknown, path: Path = []): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, at) => textsIn(item, [...path, at]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...path, name]));
}

/** A copy with another value at a place. */
function placed(value: unknown, [step, ...rest]: Path, by: string): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((item, at) => (at === step ? placed(item, rest, by) : item));
  const record = value as Readonly<Record<PropertyKey, unknown>>;
  return { ...record, [step]: placed(record[step], rest, by) };
}
