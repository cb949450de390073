import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { isoInstantOf, latestEpochMs } from '@millrace/contracts';
import type {
  ActiveSecret,
  HmacVerification,
  SecretDecoding,
  SignatureFormat,
  SignedRequest,
  Verdict,
  VerificationCode,
} from './verification.ts';

type Rejected = Extract<Verdict, { kind: 'rejected' }>;
type Pairs = readonly (readonly [name: string, value: string])[];

/** A sender may list several signatures while it rotates; more than this is not a rotation. */
const mostSignatures = 16;

/**
 * Checks one request against one scheme. Pure and total: never throws, whatever the bytes.
 * The time is checked before the MAC, so that a replayed request costs nothing.
 */
export function verifyHmac(
  verification: HmacVerification,
  request: SignedRequest,
  options: { readonly secrets: readonly ActiveSecret[]; readonly now: number },
): Verdict {
  const { signature, timestamp, signed } = verification;
  const signatureText = onlyHeader(request, signature.header);
  if (typeof signatureText !== 'string') return signatureText;
  const pairs = signature.format.kind === 'pairs' ? pairsOf(signatureText, signature.format) : [];
  const candidates = candidateSignatures(signatureText, signature, pairs);
  if (candidates.length === 0)
    return rejected('X_VERIFY_HEADER_MALFORMED', `${signature.header} holds no signature of ${verification.scheme}`);

  const sentAt =
    timestamp === undefined ? null : timestampText(request, timestamp.in, { header: signature.header, pairs });
  if (sentAt !== null && typeof sentAt !== 'string') return sentAt;
  const signedAt = sentAt === null || timestamp === undefined ? null : signedInstantOf(sentAt, timestamp.unit);
  if (timestamp !== undefined) {
    if (signedAt === null)
      return rejected('X_VERIFY_HEADER_MALFORMED', `the timestamp of ${verification.scheme} is no time`);
    if (!(Math.abs(options.now - signedAt) <= timestamp.toleranceMs))
      return rejected(
        'X_VERIFY_TIMESTAMP_STALE',
        `the timestamp is more than ${timestamp.toleranceMs / 1000} s from our clock`,
      );
  }

  const content: (string | Buffer)[] = [];
  for (const part of signed) {
    const header = /^\{header:(.+)\}$/.exec(part)?.[1];
    if (part === '{body}') content.push(request.body);
    else if (part === '{timestamp}') content.push(sentAt ?? '');
    else if (header === undefined) content.push(part);
    else {
      const value = onlyHeader(request, header);
      if (typeof value !== 'string') return value;
      // Node reads header bytes as latin1; this gives the bytes back as they were signed.
      content.push(Buffer.from(value, 'latin1'));
    }
  }

  let usable = 0;
  const matches = (key: Buffer | KeyObject): boolean => {
    const expected = mac(verification.hash, key, content);
    // Every candidate is compared, so that the time taken does not tell which one came near.
    return candidates.map((candidate) => equal(candidate, expected)).includes(true);
  };
  for (const active of options.secrets) {
    const key = preparedKey(active, verification.secret);
    if (key === null) continue;
    usable += 1;
    if (matches(key)) return { kind: 'verified', keyId: active.keyId, signedAt, signedSha256: digest(content) };
  }
  for (const secret of verification.testSecrets ?? []) {
    const key = keyOf(secret, verification.secret);
    if (key !== null && matches(key)) return { kind: 'test', keyId: 'test', signedAt, signedSha256: digest(content) };
  }
  if (usable === 0)
    return {
      kind: 'unavailable',
      code: 'X_VERIFY_SECRET_UNUSABLE',
      detail: `no usable secret: ${verification.scheme} wants ${verification.secret}`,
    };
  return rejected(
    'X_VERIFY_SIGNATURE_WRONG',
    `no signature in ${signature.header} matches the body and the configured secrets`,
  );
}

/** The key bytes of a configured secret; null when the text does not decode to any. */
export function keyOf(secret: string, decoding: SecretDecoding): Buffer | null {
  const key = decodedSecret(secret, decoding);
  return key === null || key.length === 0 ? null : key;
}

/** Making a key object costs more than a small MAC; a secret lives as long as its process. */
const preparedKeys = new WeakMap<ActiveSecret, { readonly decoding: SecretDecoding; readonly key: KeyObject | null }>();

function preparedKey(active: ActiveSecret, decoding: SecretDecoding): KeyObject | null {
  const known = preparedKeys.get(active);
  if (known?.decoding === decoding) return known.key;
  const bytes = keyOf(active.secret, decoding);
  const key = bytes === null ? null : createSecretKey(bytes);
  preparedKeys.set(active, { decoding, key });
  return key;
}

/** The signature a genuine sender would send, in the scheme's encoding, without prefix or version. For samples, simulators and tests. */
export function signHmac(
  verification: HmacVerification,
  parts: {
    readonly secret: string;
    readonly body: Buffer;
    readonly timestamp?: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): string {
  const key = keyOf(parts.secret, verification.secret);
  if (key === null) throw new Error(`the secret does not decode as ${verification.secret}`);
  const content = verification.signed.map((part) => {
    if (part === '{body}') return parts.body;
    if (part === '{timestamp}') return parts.timestamp ?? '';
    const header = /^\{header:(.+)\}$/.exec(part)?.[1];
    return header === undefined ? part : (parts.headers?.[header] ?? '');
  });
  return mac(verification.hash, key, content).toString(verification.signature.encoding);
}

function mac(hash: string, key: Buffer | KeyObject, content: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac(hash, key);
  for (const part of content) hmac.update(part);
  return hmac.digest();
}

function digest(content: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of content) hash.update(part);
  return hash.digest('hex');
}

/** `timingSafeEqual` throws on unequal lengths; a length is no secret. */
function equal(candidate: Buffer, expected: Buffer): boolean {
  return candidate.length === expected.length && timingSafeEqual(candidate, expected);
}

function decodedSecret(secret: string, decoding: SecretDecoding): Buffer | null {
  switch (decoding) {
    case 'utf8':
      return Buffer.from(secret, 'utf8');
    case 'hex':
      return decodeHex(secret);
    case 'base64':
      return decodeBase64(secret);
    case 'standard-webhooks':
      return decodeBase64(secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret);
  }
}

function candidateSignatures(text: string, signature: HmacVerification['signature'], pairs: Pairs): readonly Buffer[] {
  const texts =
    signature.format.kind === 'plain'
      ? plainSignature(text, signature.format.prefix)
      : versionedSignatures(pairs, signature.format.version);
  const decode = signature.encoding === 'hex' ? decodeHex : decodeBase64;
  return texts.slice(0, mostSignatures).flatMap((candidate) => decode(candidate) ?? []);
}

function plainSignature(text: string, prefix = ''): readonly string[] {
  return text.startsWith(prefix) ? [text.slice(prefix.length)] : [];
}

function versionedSignatures(pairs: Pairs, version: string): readonly string[] {
  return pairs.filter(([name]) => name === version).map(([, value]) => value);
}

function pairsOf(text: string, format: Extract<SignatureFormat, { kind: 'pairs' }>): Pairs {
  return text.split(format.separator).flatMap((pair) => {
    const assign = pair.indexOf(format.assign);
    return assign < 1 ? [] : [[pair.slice(0, assign).trim(), pair.slice(assign + 1).trim()] as const];
  });
}

/** Node's lenient decoders stop at the first odd character; here the whole text decodes or nothing does. */
function decodeHex(text: string): Buffer | null {
  return text.length > 0 && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

function decodeBase64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

function timestampText(
  request: SignedRequest,
  where: { readonly header: string } | { readonly pair: string },
  signature: { readonly header: string; readonly pairs: Pairs },
): string | Rejected {
  if ('header' in where) return onlyHeader(request, where.header);
  const found = signature.pairs.filter(([name]) => name === where.pair);
  const [first] = found;
  if (first === undefined) return rejected('X_VERIFY_HEADER_MALFORMED', `${signature.header} has no ${where.pair}`);
  if (found.length > 1)
    return rejected('X_VERIFY_HEADER_MALFORMED', `${signature.header} has ${where.pair} more than once`);
  return first[1];
}

/** Epoch milliseconds, or null. In the unit that the scheme has: nothing in a request chooses how it is checked. */
function signedInstantOf(text: string, unit: 's' | 'ms' | 'iso'): number | null {
  if (unit === 'iso') return isoInstantOf(text);
  if (!/^\d{1,15}$/.test(text)) return null;
  const instant = Number(text) * (unit === 's' ? 1000 : 1);
  return instant <= latestEpochMs ? instant : null;
}

/** The one value of a header that takes part in the proof. Two are refused: which one a proxy or a parser believes is anyone's guess. */
function onlyHeader(request: SignedRequest, name: string): string | Rejected {
  const values = request.headers.filter((header) => header.name.toLowerCase() === name).map((header) => header.value);
  const [value] = values;
  if (value === undefined || value === '') return rejected('X_VERIFY_HEADER_MISSING', `${name} is missing`);
  if (values.length > 1) return rejected('X_VERIFY_HEADER_REPEATED', `${name} came more than once`);
  return value;
}

function rejected(code: VerificationCode, detail: string): Rejected {
  return { kind: 'rejected', code, detail };
}
