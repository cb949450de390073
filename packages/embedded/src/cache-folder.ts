import { homedir, platform } from 'node:os';
import { join } from 'node:path';

/** Where downloads are kept between runs and clones: the user's cache folder, `MILLRACE_CACHE` to move it. */
export const cacheFolder = (): string => {
  // biome-ignore lint/style/noProcessEnv: where a user's cache lives is told by the environment alone
  const { MILLRACE_CACHE: own, XDG_CACHE_HOME: standard } = process.env;
  if (own) return own;
  if (standard) return join(standard, 'millrace');
  return platform() === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'millrace')
    : join(homedir(), '.cache', 'millrace');
};
