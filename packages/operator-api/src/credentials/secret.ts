import { hash } from 'node:crypto';
import type { CredentialKind } from './credential.ts';

const prefixes: Readonly<Record<CredentialKind, string>> = { token: 'mrt_', key: 'mrk_' };
const secretBytes = 32;
const shownCharacters = 8;

export interface NewSecret {
  readonly id: string;
  /** Shown once, kept nowhere. */
  readonly secret: string;
  readonly digest: string;
  readonly shown: string;
}

/** 256 random bits behind a prefix that scanners of leaked secrets can look for. */
export function newSecret(kind: CredentialKind, randomBytes: (count: number) => Buffer): NewSecret {
  const secret = `${prefixes[kind]}${randomBytes(secretBytes).toString('base64url')}`;
  return {
    id: `${kind}-${randomBytes(6).toString('hex')}`,
    secret,
    digest: digestOf(secret),
    shown: secret.slice(0, shownCharacters),
  };
}

/**
 * SHA-256, hex. Of 256 random bits it tells nothing, so neither salt nor a slow hash is needed; and it is looked up as a whole:
 * what a comparison's time could tell about a digest does not help to find a text that has it.
 */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex');
