import 'reflect-metadata'; // what the library below asks for
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** One that signs certificates, for this test run. */
export interface Authority {
  readonly certificate: string;
  /** For brokers on 127.0.0.1 and for clients alike, unless another name is given. */
  issue(name: string, hosts?: readonly HostName[]): Promise<Issued>;
}

type HostName = { readonly type: 'ip' | 'dns'; readonly value: string };

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

cryptoProvider.set(webcrypto as never);

export async function createAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  const subject = `CN=${name}`;
  const own = await X509CertificateGenerator.createSelfSigned({
    ...period(),
    serialNumber: serial(),
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: own.toString('pem'),
    async issue(of, hosts = [{ type: 'ip', value: '127.0.0.1' }]) {
      const theirs = await newKeys();
      const certificate: X509Certificate = await X509CertificateGenerator.create({
        ...period(),
        serialNumber: serial(),
        subject: `CN=${of}`,
        issuer: subject,
        publicKey: theirs.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
          new SubjectAlternativeNameExtension([...hosts]),
        ],
      });
      return { certificate: certificate.toString('pem'), key: await privateKey(theirs) };
    },
  };
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const period = (): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(Date.now() - day),
  notAfter: new Date(Date.now() + day),
});

const serial = (): string => `01${randomBytes(8).toString('hex')}`;

async function privateKey({ privateKey: key }: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}
