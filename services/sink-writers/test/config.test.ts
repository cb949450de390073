import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { loadSettings } from '@millrace/service';
import { settings } from '../src/config.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
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
