import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where downloads are kept between runs and clones; the same folder as `packages/embedded` uses. */
export const cacheFolder = (env = process.env, system = platform(), home = homedir()) => {
  if (env.MILLRACE_CACHE) return env.MILLRACE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'millrace');
  return system === 'darwin' ? join(home, 'Library', 'Caches', 'millrace') : join(home, '.cache', 'millrace');
};

const dropped = /^npm_(lifecycle_|package_|execpath$|command$|node)/;
const keptConfig = /^npm_config_(registry|cafile)$/;

/**
 * The environment for our own Node and pnpm: their folders come first, and what npm told its script is gone, because
 * pnpm reads npm's variables as its own settings. Registry and certificates stay.
 */
export const toolEnvironment = (env, folders) => {
  const kept = Object.entries(env).filter(
    ([name]) => !dropped.test(name) && (!/^npm_config_/i.test(name) || keptConfig.test(name)),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [...folders, env.PATH ?? ''].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
  };
};
