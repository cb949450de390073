import { readFileSync } from 'node:fs';
import { digestOf } from '@millrace/operator-api/credentials';
import { z } from 'zod';
import { GatewayError } from './gateway-error.ts';

/**
 * The keys of those who send business events. Only digests: a key is 256 random bits, so its SHA-256 tells nothing.
 * `sample` is the one key that is kept in the clear, made by the embedded start for its own samples.
 */
const sourcesFile = z.looseObject({
  keys: z
    .array(
      z.object({
        client: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a client is a kebab-case name'),
        /** SHA-256 of the key's text, hex. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
        /** Entities that the client may send; `*` is all. */
        scopes: z.array(z.string().min(1)).min(1),
      }),
    )
    .default([]),
  sample: z.object({ client: z.string(), key: z.string().min(16) }).optional(),
});

export interface ApiKey {
  readonly client: string;
  readonly scopes: readonly string[];
}

export interface ApiKeys {
  /** Whose key has this digest (`digestOf`); null when it is nobody's. */
  find(digest: string): ApiKey | null;
  /** Everybody who has one. */
  readonly clients: readonly string[];
  readonly sample: { readonly client: string; readonly key: string; readonly scopes: readonly string[] } | null;
}

const noKeys: ApiKeys = { find: () => null, clients: [], sample: null };

/** Reads the file once, at boot. Without one nobody has a key in it. */
export function loadApiKeys(path: string | undefined, sourceNames: readonly string[]): ApiKeys {
  const keys = path === undefined ? noKeys : apiKeysOf(readJson(path));
  requireOwnNames(keys, sourceNames);
  return keys;
}

/** Records say by one name where they come from, and the newest of one name and id stays: two origins would be mixed. */
export function requireOwnNames({ clients }: Pick<ApiKeys, 'clients'>, sourceNames: readonly string[]): void {
  const shared = clients.filter((client) => sourceNames.includes(client));
  if (shared.length > 0)
    throw new GatewayError(
      'X_GATEWAY_SOURCES_FILE',
      `a client of the sources file has the name of a source of the flow file, and each needs its own: ${shared.join(', ')}`,
    );
}

export function apiKeysOf(content: unknown): ApiKeys {
  const parsed = sourcesFile.safeParse(content);
  if (!parsed.success)
    throw new GatewayError(
      'X_GATEWAY_SOURCES_FILE',
      `the sources file is not as expected: ${z.prettifyError(parsed.error)}`,
    );
  const { keys, sample } = parsed.data;
  // Looked up by digest: what a comparison's time could tell about a digest is of no use to find its key.
  const byDigest = new Map(keys.map(({ sha256, client, scopes }) => [sha256, { client, scopes }]));
  const find = (digest: string): ApiKey | null => byDigest.get(digest) ?? null;
  return {
    find,
    clients: [...new Set(keys.map(({ client }) => client))],
    sample: sample === undefined ? null : { ...sample, scopes: find(digestOf(sample.key))?.scopes ?? [] },
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    throw new GatewayError('X_GATEWAY_SOURCES_FILE', 'the sources file cannot be read as JSON', error);
  }
}
