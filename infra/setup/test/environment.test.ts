import { describe, expect, it } from '@jest/globals';
import { cacheFolder, toolEnvironment } from '../environment.mjs';

describe('the environment of our own tools', () => {
  it('puts their folders first', () => {
    expect(toolEnvironment({ PATH: '/usr/bin' }, ['/tools/node', '/tools/pnpm']).PATH).toBe(
      '/tools/node:/tools/pnpm:/usr/bin',
    );
  });

  it("drops npm's own variables, which pnpm reads as settings, and keeps registry and certificates", () => {
    const env = toolEnvironment(
      {
        npm_lifecycle_event: 'test',
        npm_package_name: 'millrace',
        npm_execpath: '/npm.js',
        npm_command: 'run-script',
        npm_node_execpath: '/node',
        npm_config_local_prefix: '/clone',
        NPM_CONFIG_LOGLEVEL: 'silent',
        npm_config_registry: 'the registry',
        npm_config_cafile: 'the certificates',
        HOME: '/users/someone',
      },
      [],
    );
    expect(Object.keys(env).sort()).toEqual([
      'HOME',
      'PATH',
      'TURBO_TELEMETRY_DISABLED',
      'npm_config_cafile',
      'npm_config_registry',
    ]);
  });
});

describe('the cache folder', () => {
  it.each([
    [{ MILLRACE_CACHE: '/own' }, 'linux', '/own'],
    [{ XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/millrace'],
    [{}, 'linux', '/users/someone/.cache/millrace'],
    [{}, 'darwin', '/users/someone/Library/Caches/millrace'],
  ] as const)('with %j on %s is %s', (env, system, folder) => {
    expect(cacheFolder(env, system, '/users/someone')).toBe(folder);
  });
});
