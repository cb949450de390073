import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { embedSettingsTable, loadSettings } from '@millrace/service';
import { settings } from '../src/config.ts';
import { sinkWriterErrors } from '../src/errors.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it('has the settings as they are declared', () => {
    expect(embedSettingsTable(readme, settings)).toBe(readme);
  });

  it('has every error code and what mends it, and no others', () => {
    const documented = [...readme.matchAll(/^\| `(X_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(Object.fromEntries(documented)).toStrictEqual(sinkWriterErrors);
  });

  it('has every sink, and no others', () => {
    const section = readme.split('| sink | writes |')[1]?.split('\n\n')[0] ?? '';
    const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(documented.toSorted()).toEqual(Object.keys(sinks).toSorted());
  });
});

describe('settings', () => {
  it('report everything that is missing at once', () => {
    expect(() => loadSettings(settings, {})).toThrow(
      /MILLRACE_PORT[\s\S]*MILLRACE_KAFKA_BROKERS[\s\S]*MILLRACE_REGISTRY_URL[\s\S]*MILLRACE_POSTGRES_URL/,
    );
  });
});
