import { describe, expect, it } from '@jest/globals';
import { sinks } from '@millrace/connectors/sinks';
import { drySettings } from '../src/dry-settings.ts';

const http = sinks['http'] as (typeof sinks)[string];

describe('the settings of a route in a dry run', () => {
  it('are those of the environment, and what is no address is a secret', () => {
    const environment = { URL: 'https://example.com', SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    const { settings, secrets, placeholders } = drySettings(
      http,
      { url: '${URL}/hook', secret: '${SECRET}' },
      environment,
    );
    expect(settings).toMatchObject({ url: 'https://example.com/hook', secret: environment.SECRET });
    expect(secrets).toEqual([environment.SECRET]);
    expect(placeholders.size).toBe(0);
  });

  it('stand in for what is not set here, in a form that the sink takes', () => {
    const stated = { url: '${URL}/hook', secret: '${file:/nowhere/at/all}' };
    const { settings, secrets, placeholders } = drySettings(http, stated, {});
    expect(http.config.safeParse(settings).success).toBe(true);
    expect((settings as { url: string }).url).toMatch(/^https:\/\/.*\.invalid\/hook$/);
    expect(secrets).toEqual([]);
    expect([...placeholders.values()]).toEqual([stated.url, stated.secret]);
  });

  it('hide an address that holds a password', () => {
    const url = 'postgres://me:hidden@db.example/x';
    expect(drySettings(sinks['postgres'] as typeof http, { url: '${DB}', table: 't' }, { DB: url }).secrets).toEqual([
      url,
    ]);
  });
});
