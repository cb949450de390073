import type { RequestHandler, Response } from 'express';
import { refusal } from '../errors.ts';
import type { Authenticate, Identity } from '../identity/identity.ts';

export interface AccessOptions {
  readonly authenticate: Authenticate;
  /** `Host` names that requests may come by, with or without port; this machine's own always may. */
  readonly allowedHosts: readonly string[];
}

const ownNames = ['127.0.0.1', 'localhost', '::1'];

/** Nobody gets past without a token, nor by an address that is not this listener's. */
export function requireAccess(options: AccessOptions): readonly RequestHandler[] {
  return [requireAddress(options), requireToken(options)];
}

/**
 * A name that was made to point here must not reach us through a browser, nor a page of somewhere else: its origin is the
 * address it asks, or is allowed by name.
 */
export function requireAddress({ allowedHosts }: Pick<AccessOptions, 'allowedHosts'>): RequestHandler {
  const isAmong = (names: ReadonlySet<string>, authority: string | undefined): boolean => {
    if (authority === undefined) return false;
    const parsed = URL.parse(`http://${authority}`);
    return parsed !== null && (names.has(parsed.hostname.replace(/^\[|\]$/g, '')) || names.has(authority));
  };
  const addresses = new Set([...ownNames, ...allowedHosts]);
  const origins = new Set(allowedHosts);
  return ({ headers }, _response, next) => {
    const origin = headers.origin === undefined ? undefined : (URL.parse(headers.origin)?.host ?? '');
    const isOwnPage = origin === undefined || origin === headers.host?.toLowerCase() || isAmong(origins, origin);
    if (!isAmong(addresses, headers.host?.toLowerCase()) || !isOwnPage) throw refusal('X_ACCESS_ORIGIN', 403);
    next();
  };
}

/** Tokens only in `Authorization`: never in a URL, which logs keep, and never where a page of somewhere else can set them. */
function requireToken({ authenticate }: Pick<AccessOptions, 'authenticate'>): RequestHandler {
  return async ({ headers }, response, next) => {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
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
