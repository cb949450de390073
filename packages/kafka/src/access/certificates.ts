import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type AccessSettings, accessEnv } from './access-settings.ts';
import { readSecret, type SecretFile, unreadable } from './secret-files.ts';

/** The certificates that a TLS connection is made with, as the files have them now. */
export interface Certificates {
  /** Throws `X_KAFKA_CREDENTIALS_UNREADABLE` with the variable of the file. */
  context(): SecureContext;
  /** Another text when the files have changed. */
  fingerprint(): string;
}

export function createCertificates(settings: AccessSettings): Certificates {
  const { tlsCaFile, tlsCertificateFile, tlsKeyFile, tlsKeyPassphrase } = settings;
  let made: { readonly from: string; readonly context: SecureContext } | null = null;

  const read = (): readonly (string | undefined)[] => [
    tlsCaFile === undefined ? undefined : readSecret('tlsCaFile', tlsCaFile),
    tlsCertificateFile === undefined ? undefined : readSecret('tlsCertificateFile', tlsCertificateFile),
    tlsKeyFile === undefined ? undefined : readSecret('tlsKeyFile', tlsKeyFile),
  ];

  return {
    context() {
      const contents = read();
      const from = JSON.stringify(contents);
      if (made?.from !== from) {
        const [ca, cert, key] = contents;
        // Of text that is no certificate OpenSSL makes an empty list, and then nobody is trusted.
        if (ca !== undefined) demandCertificate('tlsCaFile', ca);
        if (cert !== undefined) demandCertificate('tlsCertificateFile', cert);
        made = { from, context: createContext({ ca, cert, key, passphrase: tlsKeyPassphrase }) };
      }
      return made.context;
    },
    fingerprint: () => JSON.stringify(read()),
  };
}

function demandCertificate(name: SecretFile, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw unreadable(name, 'the file has no certificate in PEM', error);
  }
}

interface Material {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly passphrase: string | undefined;
}

function createContext({ ca, cert, key, passphrase }: Material): SecureContext {
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw unreadable(
      'tlsKeyFile',
      `the private key cannot be used (${String(code)}); it must be in PEM, belong to ${accessEnv.tlsCertificateFile} and, where it is encrypted, open with ${accessEnv.tlsKeyPassphrase}`,
      error,
    );
  }
}
