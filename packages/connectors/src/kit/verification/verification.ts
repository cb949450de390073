/** How the configured text of a secret becomes the key of the MAC. Vendors differ, and a wrong guess verifies nothing. */
export type SecretDecoding =
  /** The text itself, prefix and all (Stripe's `whsec_…` is literal). */
  | 'utf8'
  | 'base64'
  | 'hex'
  /** Standard Webhooks: `whsec_` is dropped where present and the rest is base64. */
  | 'standard-webhooks';

/** How the signature header is written. */
export type SignatureFormat =
  /** One signature, perhaps behind a constant (`sha256=`, `v0=`). */
  | { readonly kind: 'plain'; readonly prefix?: string }
  /** Pairs of version and signature; unknown versions are ignored, any of several signatures may match (rotation). */
  | { readonly kind: 'pairs'; readonly separator: ',' | ' '; readonly assign: '=' | ','; readonly version: string };

/** A piece of the signed content: a token in braces, or the literal text. */
export type SignedPart = '{body}' | '{timestamp}' | `{header:${string}}` | (string & {});

/** A signed time of sending. Both directions count: a clock that runs ahead is refused like a replay. */
export interface SignedTimestamp {
  /** A header of its own, or a pair of the signature header (`t` in `t=…,v1=…`). */
  readonly in: { readonly header: string } | { readonly pair: string };
  readonly unit: 's' | 'ms' | 'iso';
  readonly toleranceMs: number;
}

/**
 * One scheme in one version, pinned by the source: nothing in a request chooses how it is checked.
 * All vendors with a shared secret differ only in this data.
 */
export interface HmacVerification {
  readonly kind: 'hmac';
  /** Name and version of the scheme, kept in the raw record. */
  readonly scheme: string;
  readonly hash: 'sha1' | 'sha256' | 'sha512';
  readonly secret: SecretDecoding;
  readonly signature: {
    readonly header: string;
    readonly encoding: 'hex' | 'base64';
    readonly format: SignatureFormat;
  };
  readonly timestamp?: SignedTimestamp;
  /** The signed content in order, over the bytes as received. */
  readonly signed: readonly SignedPart[];
  /** Public secrets of the vendor's own test button: outcome `test`, nothing is produced. */
  readonly testSecrets?: readonly string[];
}

export type Verification = HmacVerification;

/** A secret that counts now. Several may, while the vendor rotates. */
export interface ActiveSecret {
  /** Names the secret in the raw record and in logs; says nothing of its value. */
  readonly keyId: string;
  readonly secret: string;
}

/** What is verified: the bytes as received, before any parser or decompression. */
export interface SignedRequest {
  /** Names and values in wire order, duplicates kept. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

export type Verdict =
  | {
      readonly kind: 'verified' | 'test';
      readonly keyId: string;
      /** Epoch milliseconds of the signed time; null where the scheme signs none. */
      readonly signedAt: number | null;
      /** Everything that was signed, hashed: an identity for senders that name none. */
      readonly signedSha256: string;
    }
  /** Not proven. The code and text tell the sender what was wrong, never what would have been right. */
  | { readonly kind: 'rejected'; readonly code: VerificationCode; readonly detail: string }
  /** No key to check with: our fault, never a reason to accept and none to blame the sender. */
  | { readonly kind: 'unavailable'; readonly code: VerificationCode; readonly detail: string };

export type VerificationCode =
  | 'X_VERIFY_HEADER_MISSING'
  | 'X_VERIFY_HEADER_REPEATED'
  | 'X_VERIFY_HEADER_MALFORMED'
  | 'X_VERIFY_TIMESTAMP_STALE'
  | 'X_VERIFY_SIGNATURE_WRONG'
  | 'X_VERIFY_SECRET_UNUSABLE';

/** True when the signature covers the body: without that, what it says proves nothing. */
export function coversBody(verification: Verification): boolean {
  return verification.signed.includes('{body}');
}

/** Names of the headers whose values the signature covers. */
export function signedHeaders(verification: Verification): readonly string[] {
  return verification.signed.flatMap((part) => /^\{header:(.+)\}$/.exec(part)?.[1] ?? []);
}
