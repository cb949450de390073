import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Authenticate, Identity } from '../identity/identity.ts';
import type { Permission, Role } from '../identity/permissions.ts';

const token = z.string().min(16);
const tokensFile = z.looseObject({ operator: token, approver: token, admin: token.optional() });

/** The tokens that an installation starts with; `admin` makes the others, which Postgres keeps. */
export interface Tokens {
  readonly operator: string;
  readonly approver: string;
  readonly admin?: string | undefined;
}

/** Reads the tokens file once, at boot. */
export function loadTokens(path: string): Tokens {
  return tokensFile.parse(JSON.parse(readFileSync(path, 'utf8')));
}

const builtIn = (role: Role, permissions: readonly Permission[] = []): Identity => ({
  ...{ id: role, name: role, permissions },
  roles: [role],
  groups: ['*'],
  topics: ['*'],
});

/** All are compared whatever the first says, by digest: time tells neither content nor length. */
export function authenticateTokens({ operator, approver, admin }: Tokens): Authenticate {
  const known = [
    // Whoever starts an installation gives its first API key without more set-up.
    [operator, builtIn('operator', ['keys.manage'])],
    [approver, builtIn('approver')],
    ...(admin === undefined ? [] : [[admin, builtIn('admin')] as const]),
  ] as const;
  return async (token) => {
    const matching = known.filter(([secret]) => equal(token, secret));
    return matching.at(-1)?.[1] ?? null;
  };
}

const equal = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
