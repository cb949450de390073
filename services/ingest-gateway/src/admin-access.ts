import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type Authenticate, type Identity, may, type Permission } from '@millrace/operator-api';
import type { Tokens } from '@millrace/operator-api/server';
import { z } from 'zod';
import { GatewayError } from './gateway-error.ts';
import { Refusal, shed } from './outcome.ts';

const token = z.string().min(16);
const tokensFile = z.looseObject({ operator: token, approver: token, admin: token.optional() });

/** The first tokens of the operator API, from a file that only its owner reads. Without one there is no operator listener. */
export function loadTokens(path: string | undefined): Tokens | null {
  if (path === undefined) return null;
  try {
    return tokensFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new GatewayError(
      'X_GATEWAY_TOKENS_FILE',
      'the tokens file cannot be read: expected JSON with operator and approver',
      error,
    );
  }
}

/**
 * Who may ask, before anything else. Host and Origin first: the listener is on loopback, and a web page in the
 * operator's own browser reaches that too. Tokens count only in `Authorization`, which no page can set across origins.
 */
export interface AdminAccess {
  /** That it is this listener that is meant. Throws a `Refusal`. */
  requireAddress(request: IncomingMessage): void;
  /** Who may do this. Throws a `Refusal`. */
  require(request: IncomingMessage, permission: Permission): Promise<Identity>;
}

export function createAdminAccess(authenticate: Authenticate, allowedHosts: () => readonly string[]): AdminAccess {
  const requireAddress = (request: IncomingMessage): void => requireOwnAddress(request, new Set(allowedHosts()));
  return {
    requireAddress,
    async require(request, permission) {
      requireAddress(request);
      const token = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const identity = token === undefined ? null : await authenticate(token).catch(undecided);
      if (identity === null)
        throw new Refusal({
          status: 401,
          code: 'X_ADMIN_TOKEN',
          detail: 'expected one of the operator API tokens',
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      if (!may(identity, permission))
        throw new Refusal({ status: 403, code: 'X_ADMIN_PERMISSION', detail: `this token may not ${permission}` });
      return identity;
    },
  };
}

/** `127.0.0.1:8085` and its names. */
export function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

function requireOwnAddress(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const { host, origin } = request.headers;
  const isOurs = host !== undefined && hosts.has(host.toLowerCase());
  const isSameOrigin = origin === undefined || (URL.canParse(origin) && hosts.has(new URL(origin).host));
  if (!isOurs || !isSameOrigin)
    throw new Refusal({
      status: 403,
      code: 'X_ADMIN_ADDRESSEE',
      detail: 'this listener answers only to its own address',
    });
}

/** Of a token that nothing is known of while Postgres is away. */
function undecided(cause: unknown): never {
  throw shed('X_GATEWAY_KEYS_AWAY', 'whose token this is cannot be told at the moment', { retryAfterMs: 2000, cause });
}
