import type { RequestHandler, Response } from 'express';
import { refusal } from '../errors.ts';
import type { Authenticate, Identity } from '../identity/identity.ts';

export interface AccessOptions {
  readonly authenticate: Authenticate;
  /** `Host` names that requests may come by, with or without port; this machine's own always may. */
  readonly allowedHosts: readonly string[];
}

const ownNames = ['127.0.0.1', 'localhost', '::1'];

/**
 * A page of somewhere else must not reach us through a browser, nor a name that was made to point here; nobody without a
 * token gets past. Tokens only in `Authorization`: never in a URL, which logs keep.
 */
export function requireAccess({ authenticate, allowedHosts }: AccessOptions): RequestHandler {
  const allowed = new Set([...ownNames, ...allowedHosts]);
  const isAllowed = (authority: string | undefined): boolean => {
    if (authority === undefined) return false;
    const parsed = URL.parse(`http://${authority}`);
    return parsed !== null && (allowed.has(parsed.hostname.replace(/^\[|\]$/g, '')) || allowed.has(authority));
  };
  return async (request, response, next) => {
    const origin = request.headers.origin;
    if (!isAllowed(request.headers.host) || (origin !== undefined && !isAllowed(URL.parse(origin)?.host))) {
      throw refusal('X_ACCESS_ORIGIN', 403);
    }
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const identity = token === undefined ? null : await authenticate(token);
    if (identity === null) {
      response.set('www-authenticate', 'Bearer');
      throw refusal('X_ACCESS_TOKEN', 401);
    }
    response.locals['identity'] = identity;
    next();
  };
}

/** Whom `requireAccess` let in. */
export function identityOf(response: Response): Identity {
  return response.locals['identity'] as Identity;
}
