import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { embedSettingsTable, loadSettings } from '@millrace/service';
import { settings } from '../src/config.ts';
import { classifierErrors } from '../src/errors.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it('has the settings as they are declared', () => {
    expect(embedSettingsTable(readme, settings)).toBe(readme);
  });

  it('has every error code and what mends it, and no others', () => {
    const documented = [...readme.matchAll(/^\| `(X_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(Object.fromEntries(documented)).toStrictEqual(classifierErrors);
  });
});

describe('settings', () => {
  it('report everything that is missing at once', () => {
    expect(() => loadSettings(settings, {})).toThrow(
      /MILLRACE_PORT[\s\S]*MILLRACE_KAFKA_BROKERS[\s\S]*MILLRACE_REGISTRY_URL/,
    );
  });
});
