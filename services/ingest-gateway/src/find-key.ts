import type { IncomingMessage } from 'node:http';
import { type CredentialReader, digestOf } from '@millrace/operator-api/credentials';
import { Refusal, shed } from './outcome.ts';
import type { ApiKey, ApiKeys } from './sources-file.ts';

/** Who may have a key: those of the sources file, and those of the table of credentials. */
export interface KnownKeys {
  readonly file: Pick<ApiKeys, 'find'>;
  /** Null: there is no table. */
  readonly table: Pick<CredentialReader, 'keyHolder'> | null;
  /** Names of sources, which no client may have: a record says by one name where it comes from. */
  readonly sourceNames: ReadonlySet<string>;
}

/** Whose key a request shows. One hash, and nothing to wait for where the key was seen before. Throws a `Refusal`. */
export async function findKey({ file, table, sourceNames }: KnownKeys, message: IncomingMessage): Promise<ApiKey> {
  const key = /^Bearer ([^\s]+)$/i.exec(message.headers.authorization ?? '')?.[1];
  if (key === undefined) throw unproven('X_GATEWAY_KEY_MISSING', 'expected `Authorization: Bearer <key>`');
  const digest = digestOf(key);
  const client = file.find(digest) ?? (await holderOf(table, digest));
  if (client === null) throw unproven('X_GATEWAY_KEY_UNKNOWN', 'this key is not known');
  // A source that was added after the key was made; the sender did nothing wrong, and may come again once one has another name.
  if (sourceNames.has(client.client))
    throw shed('X_GATEWAY_CLIENT_NAME', 'the client of this key has the name of a source', { retryAfterMs: 60_000 });
  return client;
}

/** Never 401 for what cannot be told at the moment: a client would throw a good key away. */
async function holderOf(table: KnownKeys['table'], digest: string): Promise<ApiKey | null> {
  try {
    return (await table?.keyHolder(digest)) ?? null;
  } catch (error) {
    throw shed('X_GATEWAY_KEYS_AWAY', 'whose key this is cannot be told at the moment', {
      retryAfterMs: 2000,
      cause: error,
    });
  }
}

function unproven(code: string, detail: string): Refusal {
  return new Refusal({ status: 401, code, detail, headers: { 'WWW-Authenticate': 'Bearer' } });
}
