import { readFileSync } from 'node:fs';
import type { CodedError } from '@millrace/messaging';
import { accessError } from './access-problem.ts';
import { accessEnv } from './access-settings.ts';

/** Settings that name a file of a secret or a certificate. */
export type SecretFile = 'tlsCaFile' | 'tlsCertificateFile' | 'tlsKeyFile' | 'saslPasswordFile' | 'saslTokenFile';

/** At the moment of a connection, which the clients ask for in a callback that cannot wait: the files are small and at hand. */
export function readSecret(name: SecretFile, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(name, `${path} cannot be read (${String((error as { code?: unknown }).code)})`, error);
  }
}

/** Named by its variable: that is what an operator looks for. */
export const unreadable = (name: SecretFile, problem: string, cause: unknown): CodedError =>
  accessError('X_KAFKA_CREDENTIALS_UNREADABLE', `${accessEnv[name]}: ${problem}`, cause);
