import {
  type Environment,
  loadSettings,
  type Setting,
  type SettingsDefinition,
  SettingsError,
  type SettingsOf,
  setting,
} from './settings.ts';

/** What every service is told: where to listen, how loud to be, how long it may take to leave. Spread it first. */
export const serviceSettings: {
  readonly host: Setting<string>;
  readonly port: Setting<number>;
  readonly logLevel: Setting<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'>;
  readonly graceMs: Setting<number>;
  readonly parent: Setting<'none' | 'pipe'>;
  readonly ordinal: Setting<number | undefined>;
} = {
  host: setting.string({
    env: 'MILLRACE_HOST',
    default: '127.0.0.1',
    description: 'Address to listen on; only this machine unless told otherwise.',
  }),
  port: setting.port({ env: 'MILLRACE_PORT', description: 'Port to listen on.', example: '8080' }),
  logLevel: setting.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    env: 'MILLRACE_LOG_LEVEL',
    default: 'info',
    description: 'Lowest level that is logged.',
  }),
  graceMs: setting.durationMs({
    env: 'MILLRACE_GRACE_MS',
    default: 25_000,
    description: 'How long a shutdown may take before the process ends anyway (with exit code 1).',
  }),
  parent: setting.oneOf(['none', 'pipe'], {
    env: 'MILLRACE_PARENT',
    default: 'none',
    description: '`pipe`: a supervisor holds standard input open, and its end means stop.',
  }),
  ordinal: setting.integer({
    env: 'MILLRACE_ORDINAL',
    optional: true,
    description:
      'Stable number of this instance among its siblings, the same after a restart: its place in consumer groups is kept for it. No two may have the same; without one, instances come and go under names of their own.',
    min: 0,
    max: 9_999,
  }),
};

/** The stable name of an instance, to spread; nothing without an ordinal. */
export function instanceOf(service: string, ordinal: number | undefined): { readonly instanceId?: string } {
  return ordinal === undefined ? {} : { instanceId: `${service}-${ordinal}` };
}

/** `loadSettings` for a `main.ts`: a person sees the list of problems, not a stack trace, and the process ends with 1. */
export function loadSettingsOrExit<D extends SettingsDefinition>(definition: D, env: Environment): SettingsOf<D> {
  try {
    return loadSettings(definition, env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
