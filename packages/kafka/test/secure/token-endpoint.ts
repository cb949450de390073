import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OAuth 2 token endpoint on loopback with the keys that its tokens are verified by. */
export interface TokenEndpoint {
  readonly tokenUrl: string;
  readonly keysUrl: string;
  /** Answers given with a token. */
  issued(): number;
  /** What the next tokens are good for. */
  setLife(seconds: number): void;
  /** A status instead of a token; null heals it. */
  setFailing(status: number | null): void;
  /** A token without asking, signed by its own key or a stranger's. */
  token(lifeSeconds: number, signedBy?: 'itself' | 'a stranger'): string;
  close(): Promise<void>;
}

export const clientId = 'millrace & sons';
export const clientSecret = 's3cr3t:with%signs';
export const audience = 'kafka';

const keyId = 'k1';
const base64 = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const strange = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let life = 300;
  let failing: number | null = null;
  let issued = 0;

  const tokenOf = (lifeSeconds: number, key: KeyObject): string => {
    const now = Math.floor(Date.now() / 1_000);
    const head = base64({ alg: 'RS256', typ: 'JWT', kid: keyId });
    const claims = base64({ sub: 'millrace', scope: 'kafka', aud: audience, iat: now - 5, exp: now + lifeSeconds });
    const signature = sign('sha256', Buffer.from(`${head}.${claims}`), key).toString('base64url');
    return `${head}.${claims}.${signature}`;
  };

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/keys') {
      answer(200, { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' }] });
      return;
    }
    const form = new URLSearchParams(await bodyOf(request));
    if (failing !== null) answer(failing, { error: 'temporarily_unavailable' });
    else if (!isClient(request.headers.authorization)) answer(401, { error: 'invalid_client' });
    else if (form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'kafka')
      answer(400, { error: 'invalid_scope' });
    else {
      issued += 1;
      answer(200, { access_token: tokenOf(life, own.privateKey), token_type: 'Bearer', expires_in: life });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    tokenUrl: `${base}/token`,
    keysUrl: `${base}/keys`,
    issued: () => issued,
    setLife: (seconds) => {
      life = seconds;
    },
    setFailing: (status) => {
      failing = status;
    },
    token: (lifeSeconds, signedBy = 'itself') =>
      tokenOf(lifeSeconds, signedBy === 'itself' ? own.privateKey : strange.privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** RFC 6749 §2.3.1: both are form-encoded before they are joined. */
function isClient(header: string | undefined): boolean {
  const [, given = ''] = /^Basic (.+)$/.exec(header ?? '') ?? [];
  const [id, secret] = Buffer.from(given, 'base64')
    .toString()
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  return id === clientId && secret === clientSecret;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
