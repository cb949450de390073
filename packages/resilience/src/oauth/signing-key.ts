import { createPrivateKey, type webcrypto } from 'node:crypto';
import { CodedError, halt } from '@millrace/messaging';

export interface SigningKey {
  /** PKCS #8, PKCS #1 or SEC 1, not encrypted. */
  readonly pem: string;
  /** RS256 when absent. */
  readonly algorithm?: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA';
  /** By which the other side finds the public half. */
  readonly keyId?: string;
}

export async function importSigningKey({ pem, algorithm = 'RS256' }: SigningKey): Promise<webcrypto.CryptoKey> {
  const { importPKCS8 } = await import('jose');
  try {
    const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
    return await importPKCS8(pkcs8, algorithm);
  } catch {
    // No cause: what a parser says of a key may quote it.
    throw new CodedError(
      'X_TOKEN_SIGNING_KEY',
      `expected a private key in PEM, without a passphrase, that signs ${algorithm}; what is configured is not one`,
      { disposition: halt, unavailable: true },
    );
  }
}
