import { z } from 'zod';
import { ServiceError } from './errors.ts';

/** One setting: where it comes from, what it means, how its text becomes a value. */
export interface Setting<T> {
  readonly kind: string;
  readonly env: string;
  readonly description: string;
  readonly secret: boolean;
  /** True when the service cannot start without it. */
  readonly required: boolean;
  readonly fallback: T | undefined;
  readonly example: string | undefined;
  readonly parse: (text: string) => z.ZodSafeParseResult<T>;
  /** What it and others demand of each other. */
  readonly rule?: SettingsRule;
}

/**
 * Problems that only several settings together have. Asked once, after all were read and whatever else is wrong with
 * them; it is tied to one of them, so that it travels with a fragment that is composed by spread.
 */
export type SettingsRule = (settings: GivenSettings) => readonly SettingProblem[];

export interface GivenSettings {
  /** Undefined where it is absent or was refused by itself, which is reported already. */
  value(name: string): unknown;
  /** True when its variable is set, to whatever. */
  isGiven(name: string): boolean;
}

/** The setting, tied to a rule about it and others. */
export const withRule = <T>(declared: Setting<T>, rule: SettingsRule): Setting<T> => ({ ...declared, rule });

/** What a service declares: value name → setting. Fragments compose by spread. */
export type SettingsDefinition = Readonly<Record<string, Setting<unknown>>>;

/** The typed values of a definition. */
export type SettingsOf<D extends SettingsDefinition> = {
  readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never;
};

export interface SettingOptions {
  /** The environment variable. */
  readonly env: string;
  /** One sentence for the README and for the message when it is missing. */
  readonly description: string;
  readonly example?: string;
}

/** Makes one setting. Without a default it is required, unless declared optional. */
export interface SettingFactory<T> {
  (options: SettingOptions & { readonly optional: true }): Setting<T | undefined>;
  (options: SettingOptions & { readonly default?: T; readonly optional?: false }): Setting<T>;
}

interface IntegerRange {
  readonly min?: number;
  readonly max?: number;
}

/** A `SettingFactory` of whole numbers, from 0 upwards unless told otherwise. */
export interface IntegerFactory {
  (options: SettingOptions & IntegerRange & { readonly optional: true }): Setting<number | undefined>;
  (options: SettingOptions & IntegerRange & { readonly default?: number; readonly optional?: false }): Setting<number>;
}

/** A `SettingFactory` of durations, `min` milliseconds at least. */
export interface DurationFactory {
  (options: SettingOptions & { readonly min?: number; readonly optional: true }): Setting<number | undefined>;
  (
    options: SettingOptions & { readonly min?: number; readonly default?: number; readonly optional?: false },
  ): Setting<number>;
}

type Options<T> = SettingOptions & { readonly default?: T; readonly optional?: boolean };

function makeSetting<T>(kind: string, schema: z.ZodType<T, string>, options: Options<T>, secret = false): Setting<T> {
  return {
    kind,
    env: options.env,
    description: options.description,
    secret,
    required: options.default === undefined && options.optional !== true,
    fallback: options.default,
    example: options.example,
    parse: (text) => schema.safeParse(text),
  };
}

// The one cast: `optional` widens T to T | undefined, which the overloads state and the implementation cannot.
const factory = <T>(kind: string, schema: z.ZodType<T, string>, secret = false): SettingFactory<T> =>
  ((options: Options<T>) => makeSetting(kind, schema, options, secret)) as SettingFactory<T>;

const text = z.string();
const whole = (minimum: number, maximum: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^-?\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

const scaled = (units: Readonly<Record<string, number>>, what: string): z.ZodType<number, string> =>
  z.string().transform((value, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(value.trim());
    const factor = match === null ? undefined : units[match[2]?.toLowerCase() ?? ''];
    if (match === null || factor === undefined) {
      context.addIssue({ code: 'custom', message: `expected ${what}` });
      return z.NEVER;
    }
    return Math.round(Number(match[1]) * factor);
  });

const durationUnits = { '': 1, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const atLeast = (minimum: number): z.ZodType<number, string> =>
  scaled(durationUnits, 'a duration such as 500ms, 10s, 5m, 1h').refine((ms) => ms >= minimum, {
    error: `expected at least ${minimum % 86_400_000 === 0 ? `${minimum / 86_400_000}d` : `${minimum}ms`}`,
  });
const byteUnits = { '': 1, b: 1, kb: 1_000, mb: 1_000_000, gb: 1e9, kib: 1_024, mib: 1_048_576, gib: 1_073_741_824 };

const flag: z.ZodType<boolean, string> = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no'], 'expected true or false'))
  .transform((value) => ['true', '1', 'yes'].includes(value));

const entries: z.ZodType<readonly string[], string> = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
);

const url: z.ZodType<string, string> = z.string().refine((value) => URL.canParse(value), 'expected an absolute URL');

/** The kinds of settings. Units are part of the name: `pollTimeoutMs`, `maxBodyBytes`. */
export const setting: {
  readonly string: SettingFactory<string>;
  /** Never printed, logged or shown in a table. */
  readonly secret: SettingFactory<string>;
  /** Kept as text; a password inside is masked wherever it is shown. */
  readonly url: SettingFactory<string>;
  /** 0 lets the system choose. */
  readonly port: SettingFactory<number>;
  readonly integer: IntegerFactory;
  /** Plain milliseconds, or with a unit: `1500`, `10s`, `5m`, `1h`, `3d`. */
  readonly durationMs: DurationFactory;
  /** Plain bytes, or with a unit: `1024`, `900KB`, `5MiB`. */
  readonly bytes: SettingFactory<number>;
  readonly boolean: SettingFactory<boolean>;
  readonly oneOf: <const T extends string>(
    values: readonly T[],
    options: SettingOptions & { readonly default?: NoInfer<T> },
  ) => Setting<T>;
  /** Comma-separated. */
  readonly list: SettingFactory<readonly string[]>;
  /** A JSON document checked against a schema. */
  readonly json: <T>(schema: z.ZodType<T>, options: SettingOptions & { readonly default?: NoInfer<T> }) => Setting<T>;
  /** A path to a file or folder; not opened here. */
  readonly path: SettingFactory<string>;
} = {
  string: factory('text', text),
  secret: factory('secret', text, true),
  url: factory('URL', url),
  port: factory('port', whole(0, 65_535)),
  integer: (({ min = 0, max = Number.MAX_SAFE_INTEGER, ...options }: Options<number> & IntegerRange) =>
    makeSetting('whole number', whole(min, max), options)) as IntegerFactory,
  durationMs: (({ min = 0, ...options }: Options<number> & { readonly min?: number }) =>
    makeSetting('duration', atLeast(min), options)) as DurationFactory,
  bytes: factory('bytes', scaled(byteUnits, 'a size such as 1024, 900KB, 5MiB')),
  boolean: factory('true or false', flag),
  oneOf: (values, options) =>
    makeSetting(
      values.join(' \\| '),
      z.string().pipe(z.enum(values as never, `expected one of ${values.join(', ')}`)) as never,
      options as never,
    ),
  list: factory('list', entries),
  json: (schema, options) =>
    makeSetting(
      'JSON',
      z
        .string()
        .transform((value, context) => {
          try {
            return JSON.parse(value) as unknown;
          } catch {
            context.addIssue({ code: 'custom', message: 'expected JSON' });
            return z.NEVER;
          }
        })
        .pipe(schema as z.ZodType<never>),
      options as never,
    ) as never,
  path: factory('path', text),
};

/** States a service's settings; pure. Two names for one variable are refused, or they would drift. */
export function defineSettings<const D extends SettingsDefinition>(definition: D): D {
  const seen = new Map<string, string>();
  for (const [name, { env }] of Object.entries(definition)) {
    const other = seen.get(env);
    if (other !== undefined)
      throw new ServiceError('X_SETTINGS_INVALID', `${env} is declared by both ${other} and ${name}`);
    seen.set(env, name);
  }
  return definition;
}

export interface SettingProblem {
  readonly env: string;
  readonly problem: string;
}

/** Every problem at once, each with the variable that fixes it. Carries no value of a secret. */
export class SettingsError extends ServiceError {
  override readonly name: string = 'SettingsError';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ env, problem }) => `  ${env}: ${problem}`);
    super('X_SETTINGS_INVALID', `${problems.length} setting(s) need attention:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks all settings before anything opens; an empty variable counts as absent. Throws one `SettingsError`. */
export function loadSettings<D extends SettingsDefinition>(definition: D, env: Environment): SettingsOf<D> {
  const problems: SettingProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(definition)) {
    const given = env[declared.env];
    if (given === undefined || given === '') {
      if (declared.required) problems.push({ env: declared.env, problem: `missing. ${declared.description}` });
      values[name] = declared.fallback;
      continue;
    }
    const parsed = declared.parse(given);
    if (parsed.success) values[name] = parsed.data;
    else problems.push({ env: declared.env, problem: describeProblem(declared, given, parsed.error) });
  }
  problems.push(...problemsTogether(definition, values, env));
  if (problems.length > 0) throw new SettingsError(problems);
  return values as SettingsOf<D>;
}

function problemsTogether(
  definition: SettingsDefinition,
  values: Readonly<Record<string, unknown>>,
  env: Environment,
): readonly SettingProblem[] {
  const given: GivenSettings = {
    value: (name) => values[name],
    isGiven: (name) => {
      const declared = definition[name];
      return declared !== undefined && (env[declared.env] ?? '') !== '';
    },
  };
  const rules = new Set(Object.values(definition).flatMap(({ rule }) => rule ?? []));
  return [...rules].flatMap((rule) => rule(given));
}

function describeProblem(declared: Setting<unknown>, given: string, error: z.ZodError): string {
  const expected = error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
  return declared.secret ? expected : `${expected}, got ${JSON.stringify(maskUrl(given))}`;
}

/** Values fit for a start-up log line: secrets and passwords inside URLs are masked. */
export function describeSettings<D extends SettingsDefinition>(
  definition: D,
  values: SettingsOf<D>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(definition).map(([name, { secret }]) => {
      const value: unknown = values[name];
      if (secret) return [name, value === undefined ? undefined : '[redacted]'];
      return [name, typeof value === 'string' ? maskUrl(value) : value];
    }),
  );
}

/** Masks the password of anything that looks like a URL with one; leaves other text alone. */
export function maskUrl(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*?:)[^/?#]*(@)/i, '$1[redacted]$2');
}
