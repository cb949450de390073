import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { GatewayError } from './gateway-error.ts';
import { Refusal } from './outcome.ts';

export type Role = 'operator' | 'approver';
export type Permission = 'sources.read' | 'sources.secret' | 'keys.secret' | 'events.read';

const permissions: Readonly<Record<Role, readonly Permission[]>> = {
  operator: ['sources.read', 'sources.secret', 'keys.secret', 'events.read'],
  // An approver allows what others plan; it needs to look, not to hold secrets.
  approver: ['sources.read', 'events.read'],
};

const tokensFile = z.looseObject({ operator: z.string().min(16), approver: z.string().min(16) });

export type Tokens = Readonly<Record<Role, string>>;

/** The two tokens of the operator API, from a file that only its owner reads. Without one there is no operator listener. */
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
  /** The role that may do this. Throws a `Refusal`. */
  require(request: IncomingMessage, permission: Permission): Role;
}

export function createAdminAccess(tokens: Tokens, allowedHosts: () => readonly string[]): AdminAccess {
  const roles = Object.entries(tokens) as readonly (readonly [Role, string])[];
  const requireAddress = (request: IncomingMessage): void => requireOwnAddress(request, new Set(allowedHosts()));
  return {
    requireAddress,
    require(request, permission) {
      requireAddress(request);
      const token = /^Bearer ([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const role = token === undefined ? undefined : roles.find(([, known]) => sameText(token, known))?.[0];
      if (role === undefined)
        throw new Refusal({
          status: 401,
          code: 'X_ADMIN_TOKEN',
          detail: 'expected one of the operator API tokens',
          headers: { 'WWW-Authenticate': 'Bearer' },
        });
      if (!permissions[role].includes(permission))
        throw new Refusal({ status: 403, code: 'X_ADMIN_PERMISSION', detail: `${role} may not ${permission}` });
      return role;
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

/** Equal lengths by hashing, so that the comparison takes the same time whatever the token. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
