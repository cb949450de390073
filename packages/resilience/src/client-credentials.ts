import { readFile } from 'node:fs/promises';
import { CodedError, halt, retry } from '@millrace/messaging';
import type { Dispatcher } from 'undici';
import { type AccessToken, expiryOfJwt } from './token-source.ts';

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
const longestAnswer = 64 * 1024;
/** For a token that does not say how long it is good. */
const assumedLifeMs = 300_000;
/** No token is believed to be good for longer, whatever its endpoint says. */
const longestLifeMs = 365 * 86_400_000;

interface TokenAnswer {
  readonly access_token?: unknown;
  readonly expires_in?: unknown;
  readonly error?: unknown;
}

/** A token by the client credentials grant of OAuth 2 (RFC 6749 §4.4). No redirect is followed; nothing of the answer but its error's name reaches a message. */
export async function requestToken(credentials: ClientCredentials, now: () => number): Promise<AccessToken> {
  const askedAt = now();
  const { host } = new URL(credentials.url);
  const { status, answer } = await post(credentials, host);
  if (status === 429 || status >= 500) throw unavailable(`${host} answered ${status}`);
  if (status !== 200) {
    const reason = nameOf(answer.error);
    throw refused(`${host} answered ${status}${reason === null ? '' : ` ${reason}`}`);
  }
  const { access_token: value, expires_in: lifeSeconds } = answer;
  if (typeof value !== 'string' || value === '') throw refused(`${host} answered 200 without an access_token`);
  const life = Number(lifeSeconds);
  const expiresAt =
    life > 0 ? askedAt + Math.min(life * 1_000, longestLifeMs) : (expiryOfJwt(value) ?? askedAt + assumedLifeMs);
  return { value, expiresAt };
}

async function post(
  { url, clientId, clientSecret, scope, audience, caFile, timeoutMs = defaultTimeoutMs }: ClientCredentials,
  host: string,
): Promise<{ readonly status: number; readonly answer: TokenAnswer }> {
  // Loaded by those who have a token endpoint.
  const { Agent, request } = await import('undici');
  const ca = caFile === undefined ? undefined : await readCa(caFile);
  const dispatcher: Dispatcher = new Agent({
    maxResponseSize: longestAnswer,
    connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
  });
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope === undefined ? {} : { scope }),
        ...(audience === undefined ? {} : { audience }),
      }).toString(),
    });
    return { status: statusCode, answer: parse(await body.text()) };
  } catch (error) {
    const name = causeName(error);
    if (isUntrusted(name)) throw refused(`the certificate of ${host} is not accepted (${name})`, error);
    throw unavailable(`${host} gave no answer (${name})`, error);
  } finally {
    await dispatcher.destroy();
  }
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw refused(`${file} cannot be read (${causeName(error)})`, error);
  }
}

function parse(text: string): TokenAnswer {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** As RFC 6749 §2.3.1 has it: the id and the secret are form-encoded before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams({ _: text }).toString().slice(2);

/** One of the names of RFC 6749 §5.2; anything else an endpoint writes stays out of messages. */
const nameOf = (error: unknown): string | null =>
  typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : null;

const isUntrusted = (name: string): boolean =>
  /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED/.test(name) && !name.startsWith('UND_');

function causeName(error: unknown): string {
  for (let current: unknown = error, depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, name, cause, errors } = current as Record<string, unknown>;
    if (typeof code === 'string') return code;
    const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
    if (inner === undefined) return typeof name === 'string' ? name : 'Error';
    current = inner;
  }
  return 'Error';
}

const refused = (said: string, cause?: unknown): CodedError =>
  new CodedError('X_TOKEN_REFUSED', `no token: ${said}`, { disposition: halt, unavailable: true, cause });

const unavailable = (said: string, cause?: unknown): CodedError =>
  new CodedError('X_TOKEN_UNAVAILABLE', `no token: ${said}`, { disposition: retry(), unavailable: true, cause });
