import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { instanceOf, serviceSettings } from '../src/service-settings.ts';
import { defineSettings, describeSettings, loadSettings, SettingsError, setting, withRule } from '../src/settings.ts';
import { embedSettingsTable, settingsTable } from '../src/settings-table.ts';

const definition = defineSettings({
  port: setting.port({ env: 'T_PORT', default: 8080, description: 'Port.' }),
  token: setting.secret({ env: 'T_TOKEN', description: 'Token.' }),
  database: setting.url({ env: 'T_DB', description: 'Database.', example: 'postgres://u:p@h/d' }),
  waitMs: setting.durationMs({ env: 'T_WAIT', default: 1_000, description: 'Wait.' }),
  maxBytes: setting.bytes({ env: 'T_MAX', default: 1, description: 'Max.' }),
  mode: setting.oneOf(['fast', 'full'], { env: 'T_MODE', default: 'fast', description: 'Mode.' }),
  brokers: setting.list({ env: 'T_BROKERS', default: [], description: 'Brokers.' }),
  limits: setting.json(z.object({ perSecond: z.number() }), {
    env: 'T_LIMITS',
    default: { perSecond: 1 },
    description: 'Limits.',
  }),
  folder: setting.path({ env: 'T_FOLDER', optional: true, description: 'Folder.' }),
  loud: setting.boolean({ env: 'T_LOUD', default: false, description: 'Loud.' }),
});

const complete = { T_TOKEN: 'hunter2', T_DB: 'postgres://me:hunter3@db:5432/x' };

describe('the name of an instance', () => {
  it('is its ordinal’s, and nothing without one', () => {
    const { ordinal } = serviceSettings;
    expect(instanceOf('enricher', loadSettings({ ordinal }, { MILLRACE_ORDINAL: '0' }).ordinal)).toEqual({
      instanceId: 'enricher-0',
    });
    expect(instanceOf('enricher', loadSettings({ ordinal }, {}).ordinal)).toEqual({});
  });
});

describe('loadSettings', () => {
  it('types every value and falls back to the default', () => {
    const values = loadSettings(definition, {
      ...complete,
      T_WAIT: '1.5s',
      T_MAX: '5MiB',
      T_BROKERS: 'a:1, b:2',
      T_LIMITS: '{"perSecond":7}',
      T_LOUD: 'TRUE',
      T_PORT: '',
    });
    expect(values).toEqual({
      port: 8080,
      token: 'hunter2',
      database: complete.T_DB,
      waitMs: 1_500,
      maxBytes: 5 * 1_048_576,
      mode: 'fast',
      brokers: ['a:1', 'b:2'],
      limits: { perSecond: 7 },
      folder: undefined,
      loud: true,
    });
  });

  it('reports all problems together, with the variable of each', () => {
    const env = { T_PORT: '99999', T_DB: 'nonsense', T_WAIT: 'soon', T_MODE: 'slow', T_LIMITS: '{}', T_LOUD: 'maybe' };
    const error = failure(() => loadSettings(definition, env));
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as SettingsError).problems.map(({ env: name }) => name)).toEqual([
      'T_PORT',
      'T_TOKEN',
      'T_DB',
      'T_WAIT',
      'T_MODE',
      'T_LIMITS',
      'T_LOUD',
    ]);
    expect(error.message).toContain('T_TOKEN: missing. Token.');
    expect(error.message).toContain('expected one of fast, full, got "slow"');
    expect(error.message).toContain('perSecond');
  });

  it('asks a rule about several settings once, with the others’ problems, wherever the fragment went', () => {
    const fragment = {
      first: setting.integer({ env: 'T_FIRST', default: 1, description: 'First.' }),
      last: withRule(setting.integer({ env: 'T_LAST', default: 9, description: 'Last.' }), ({ value, isGiven }) =>
        isGiven('last') && Number(value('first')) > Number(value('last'))
          ? [{ env: 'T_LAST', problem: 'is before T_FIRST' }]
          : [],
      ),
    };
    const service = defineSettings({ ...fragment, token: setting.secret({ env: 'T_TOKEN', description: 'Token.' }) });
    expect(loadSettings(service, { T_TOKEN: 'x', T_FIRST: '3' })).toEqual({ first: 3, last: 9, token: 'x' });
    const error = failure(() => loadSettings(service, { T_FIRST: '3', T_LAST: '2' })) as SettingsError;
    expect(error.problems).toEqual([
      { env: 'T_TOKEN', problem: 'missing. Token.' },
      { env: 'T_LAST', problem: 'is before T_FIRST' },
    ]);
    // What is refused by itself has no value, and a rule finds nothing to compare.
    expect(
      (failure(() => loadSettings(service, { T_FIRST: 'x', T_LAST: '2' })) as SettingsError).problems,
    ).toHaveLength(2);
  });

  it('keeps passwords out of messages, summaries and tables', () => {
    const bad = failure(() => loadSettings(definition, { ...complete, T_PORT: 'postgres://u:hunter4@h' }));
    expect(bad.message).not.toContain('hunter');
    const summary = describeSettings(definition, loadSettings(definition, complete));
    expect(JSON.stringify(summary)).not.toContain('hunter');
    expect(summary['database']).toBe('postgres://me:[redacted]@db:5432/x');
    expect(settingsTable(definition)).not.toContain('hunter');
  });

  it('refuses one variable under two names', () => {
    const twice = {
      a: setting.string({ env: 'X', description: '' }),
      b: setting.string({ env: 'X', description: '' }),
    };
    expect(() => defineSettings(twice)).toThrow('X is declared by both a and b');
  });
});

describe('settingsTable', () => {
  it('has one row per setting and marks what is required', () => {
    const table = settingsTable(definition);
    expect(table.split('\n')).toHaveLength(2 + Object.keys(definition).length);
    expect(table).toContain('| `T_TOKEN` | secret | **required** | Token. |');
    expect(table).toContain('| `T_WAIT` | duration | `1000` | Wait. |');
  });

  it('replaces only what is between the markers, and is stable', () => {
    const readme = '# x\n<!-- settings:begin -->\nold\n<!-- settings:end -->\ntail $& $1\n';
    const once = embedSettingsTable(readme, definition);
    expect(once).toContain('T_TOKEN');
    expect(once).toContain('tail $& $1');
    expect(once).not.toContain('\nold\n');
    expect(embedSettingsTable(once, definition)).toBe(once);
    expect(() => embedSettingsTable('# none', definition)).toThrow('expected');
  });
});

function failure(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a failure');
}
