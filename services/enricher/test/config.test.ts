import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@millrace/service';
import { settings } from '../src/config.ts';

describe('settings', () => {
  it('report everything that is missing at once', () => {
    expect(() => loadSettings(settings, {})).toThrow(
      /MILLRACE_PORT[\s\S]*MILLRACE_KAFKA_BROKERS[\s\S]*MILLRACE_REGISTRY_URL[\s\S]*MILLRACE_POSTGRES_URL/,
    );
  });
});
