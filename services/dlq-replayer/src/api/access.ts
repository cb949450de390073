import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { OperatorError } from '../errors.ts';

/** `approver` may do all that `operator` may, and start what is too large for one operator. */
export type Role = 'operator' | 'approver';

const tokensFile = z.object({ operator: z.string().min(16), approver: z.string().min(16) });
export type Tokens = z.infer<typeof tokensFile>;

/** Reads the two tokens once, at boot. */
export function loadTokens(path: string): Tokens {
  return tokensFile.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export interface AccessOptions {
  readonly tokens: Tokens;
  /** `Host` names that requests may come by, with or without port; this machine's own always may. */
  readonly allowedHosts: readonly string[];
}

const ownNames = ['127.0.0.1', 'localhost', '::1'];

/**
 * A page of somewhere else must not reach us through a browser, nor a name that was made to point here; nobody without a
 * token gets past. Tokens only in `Authorization`: never in a URL, which logs keep.
 */
export function requireAccess({ tokens, allowedHosts }: AccessOptions): RequestHandler {
  const allowed = new Set([...ownNames, ...allowedHosts]);
  const isAllowed = (authority: string | undefined): boolean => {
    if (authority === undefined) return false;
    const parsed = URL.parse(`http://${authority}`);
    return parsed !== null && (allowed.has(parsed.hostname.replace(/^\[|\]$/g, '')) || allowed.has(authority));
  };
  return (request, response, next) => {
    const origin = request.headers.origin;
    if (!isAllowed(request.headers.host) || (origin !== undefined && !isAllowed(URL.parse(origin)?.host))) {
      throw new OperatorError('X_ACCESS_ORIGIN', 403);
    }
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const role = token === undefined ? null : roleOf(token, tokens);
    if (role === null) {
      response.set('www-authenticate', 'Bearer');
      throw new OperatorError('X_ACCESS_TOKEN', 401);
    }
    response.locals['role'] = role;
    next();
  };
}

/** Both are compared whatever the first says, by digest: time tells neither content nor length. */
function roleOf(token: string, { operator, approver }: Tokens): Role | null {
  const isOperator = equal(token, operator);
  const isApprover = equal(token, approver);
  if (isApprover) return 'approver';
  return isOperator ? 'operator' : null;
}

const equal = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));

/** Who acts, for the audit: the role, and the person the client says it is. */
export function actorOf(request: Request): string {
  const role = request.res?.locals['role'] as Role;
  const name = request
    .get('millrace-actor')
    ?.replaceAll(/[^\w.@+-]/g, '')
    .slice(0, 80);
  return name ? `${role}:${name}` : role;
}

export function roleIn(request: Request): Role {
  return request.res?.locals['role'] as Role;
}
