import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CodedError, halt } from '@millrace/messaging';

/** What may stand in a table: nobody reads it, and nobody moves it elsewhere, without a key. */
export interface Sealed {
  readonly keyId: string;
  readonly bytes: Buffer;
}

/** What a sealed text belongs to: it opens nowhere else. */
export interface SealedFor {
  readonly connection: string;
  readonly version: number;
}

/** AES-256-GCM. The first key seals, every key opens. */
export interface Seals {
  readonly keyId: string;
  seal(text: string, of: SealedFor): Sealed;
  open(sealed: Sealed, of: SealedFor): string;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Of the text of `MILLRACE_TOKEN_KEYS`: `id:base64,id:base64`. */
export function createSeals(keys: string): Seals {
  const known = parseKeys(keys);
  const [[keyId, key]] = [...known] as [[string, Buffer]];
  return {
    keyId,
    seal(text, of) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(bound(of));
      const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return { keyId, bytes };
    },
    open(sealed, of) {
      const opening = known.get(sealed.keyId);
      if (opening === undefined) throw keyMissing(sealed.keyId, of);
      try {
        return openWith(opening, sealed.bytes, bound(of));
      } catch {
        throw sealBroken(of);
      }
    },
  };
}

/** Why it is no list of keys, in a word that quotes none; null when it is one. */
export function problemOfKeys(keys: string): string | null {
  try {
    parseKeys(keys);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function openWith(key: Buffer, bytes: Buffer, aad: Buffer): string {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(aad)
    .setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
}

/** An array, never a joined text: no name of a connection reads as another with a version. */
const bound = ({ connection, version }: SealedFor): Buffer =>
  Buffer.from(JSON.stringify(['token', connection, version]));

function parseKeys(text: string): ReadonlyMap<string, Buffer> {
  const keys = new Map<string, Buffer>();
  for (const [at, entry] of text.split(',').entries()) {
    const colon = entry.indexOf(':');
    const id = entry.slice(0, Math.max(0, colon)).trim();
    const base64 = entry.slice(colon + 1).trim();
    const key = Buffer.from(base64, 'base64');
    if (!/^[A-Za-z0-9._-]{1,40}$/.test(id))
      throw invalid(at, 'has no id of letters, digits, dots and dashes before a colon');
    if (key.length !== keyBytes || key.toString('base64') !== base64)
      throw invalid(at, `is not ${keyBytes} bytes in base64`);
    if (keys.has(id)) throw invalid(at, 'has the id of an earlier one');
    keys.set(id, key);
  }
  return keys;
}

const invalid = (at: number, says: string): CodedError =>
  new CodedError('X_TOKEN_KEYS_INVALID', `expected id:key,id:key in MILLRACE_TOKEN_KEYS; entry ${at + 1} ${says}`, {
    disposition: halt,
  });

const keyMissing = (keyId: string, { connection }: SealedFor): CodedError =>
  new CodedError(
    'X_TOKEN_KEY_MISSING',
    `the token of ${connection} is sealed with key ${keyId}, which MILLRACE_TOKEN_KEYS does not hold; put it back at the end of the list, or authorise the connection again`,
    { disposition: halt, unavailable: true },
  );

const sealBroken = ({ connection }: SealedFor): CodedError =>
  new CodedError(
    'X_TOKEN_SEAL_BROKEN',
    `the sealed token of ${connection} does not open: it was changed, or belongs to another connection or version; authorise the connection again`,
    { disposition: halt, unavailable: true },
  );
