import { readFile } from 'node:fs/promises';
import { requestTokens } from './oauth/grants.ts';
import { causeName, refused } from './oauth/token-failure.ts';
import { expiryOfJwt, type IssuedToken } from './token-source.ts';

export interface ClientCredentials {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** PEM; the certificates that sign the endpoint's own, where that is not a public one. Read for each request. */
  readonly caFile?: string | undefined;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 5_000;
/** For a token that does not say how long it is good. */
const assumedLifeMs = 300_000;

/**
 * A token by the client credentials grant (RFC 6749 §4.4) from an endpoint that an operator names, wherever it is. No
 * redirect is followed; nothing of the answer but its error's name reaches a message.
 */
export async function requestToken(credentials: ClientCredentials, now: () => number): Promise<IssuedToken> {
  const { url, clientId, clientSecret, scope, audience, caFile, timeoutMs = defaultTimeoutMs } = credentials;
  const askedAt = now();
  const ca = caFile === undefined ? undefined : await readCa(caFile);
  // Loaded by those who have a token endpoint.
  const { createOutbound } = await import('./outbound.ts');
  const outbound = createOutbound({
    trustedOrigins: [new URL(url).origin],
    connectTimeoutMs: timeoutMs,
    responseTimeoutMs: timeoutMs,
    totalTimeoutMs: timeoutMs,
    ca,
    now,
  });
  try {
    const endpoint = {
      url,
      clientId,
      authentication: { method: 'client-secret-basic', secret: clientSecret },
    } as const;
    const grant = {
      kind: 'client-credentials',
      scopes: scope === undefined ? [] : [scope],
      parameters: audience === undefined ? {} : { audience },
    } as const;
    const { accessToken: value, lifeMs } = await requestTokens(endpoint, grant, { outbound, now }, neverAborted);
    return { value, expiresAt: lifeMs === null ? (expiryOfJwt(value) ?? askedAt + assumedLifeMs) : askedAt + lifeMs };
  } finally {
    await outbound.close();
  }
}

/** Its own time limit ends a request. */
const neverAborted = new AbortController().signal;

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw refused(`${file} cannot be read (${causeName(error) ?? 'Error'})`, 'no', error);
  }
}
