import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { CliError } from './cli-error.ts';

/** Where a running Millrace is, and how to speak to it. */
export interface Installation {
  /** The operator API of dlq-replayer. */
  readonly url: string;
  /** The gateway's admin listener. */
  readonly adminUrl: string | undefined;
  readonly token: string;
  /** Of the administrator, where nobody chose a token or a role. */
  readonly adminToken?: string | undefined;
  readonly registryUrl: string | undefined;
  /** Addresses of the services by name, where they are known. */
  readonly services: Readonly<Record<string, string>>;
  readonly simulators: Readonly<Record<string, string>>;
}

const address = z.object({ url: z.url() });
const state = z.object({
  ready: z.boolean().optional(),
  adminUrl: z.url().optional(),
  tokenFile: z.string(),
  registry: address.optional(),
  services: z.record(z.string(), address),
  simulators: z.record(z.string(), address).default({}),
});
const tokens = z.object({ operator: z.string(), approver: z.string(), admin: z.string().optional() });

export interface FindOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly root: string;
}

/**
 * `MILLRACE_URL` with `MILLRACE_TOKEN` names an installation anywhere; else the state file of `npm start` is read:
 * `MILLRACE_STATE`, or `.millrace/state.json` here or in the repository.
 */
export function findInstallation(options: FindOptions): Installation {
  const { env } = options;
  const url = env['MILLRACE_URL'];
  return url === undefined || url === '' ? fromState(options) : fromEnvironment(url, env);
}

function fromEnvironment(url: string, env: FindOptions['env']): Installation {
  const token = env['MILLRACE_TOKEN'];
  if (!URL.canParse(url) || token === undefined) {
    throw new CliError(
      'X_CLI_NO_INSTALLATION',
      'MILLRACE_URL needs to be an absolute URL, with the token in MILLRACE_TOKEN',
    );
  }
  return {
    url,
    token,
    adminUrl: env['MILLRACE_ADMIN_URL'],
    registryUrl: env['MILLRACE_REGISTRY_URL'],
    services: {},
    simulators: {},
  };
}

function fromState({ env, cwd, root }: FindOptions): Installation {
  const named = env['MILLRACE_STATE'];
  const places = named
    ? [resolve(cwd, named)]
    : [...new Set([cwd, root].map((folder) => resolve(folder, '.millrace/state.json')))];
  const file = places.find((path) => existsSync(path));
  if (file === undefined) {
    throw new CliError(
      'X_CLI_NO_INSTALLATION',
      `there is no ${places.join(' and no ')}: start Millrace with npm start, or name it with MILLRACE_STATE, or with MILLRACE_URL and MILLRACE_TOKEN`,
    );
  }
  const parsed = parseFile(file, state);
  const replayer = parsed.services['dlq-replayer'];
  if (replayer === undefined)
    throw new CliError('X_CLI_NO_INSTALLATION', `${file} names no dlq-replayer yet: Millrace is still starting`);
  const known = parseFile(parsed.tokenFile, tokens);
  return {
    url: replayer.url,
    adminUrl: parsed.adminUrl,
    token: env['MILLRACE_TOKEN'] ?? tokenOf(known, env['MILLRACE_ROLE']),
    adminToken: (env['MILLRACE_TOKEN'] ?? env['MILLRACE_ROLE']) === undefined ? known.admin : undefined,
    registryUrl: parsed.registry?.url,
    services: urlsOf(parsed.services),
    simulators: urlsOf(parsed.simulators),
  };
}

const tokenOf = ({ operator, approver, admin = operator }: z.infer<typeof tokens>, role: string | undefined): string =>
  role === 'approver' ? approver : role === 'admin' ? admin : operator;

const urlsOf = (places: Readonly<Record<string, { readonly url: string }>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(places).map(([name, { url }]) => [name, url]));

function parseFile<T>(path: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new CliError(
      'X_CLI_NO_INSTALLATION',
      `${path} cannot be read as what npm start writes; is it running, and yours?`,
    );
  }
}
