/** What came over the wire. */
export interface SourceRequest {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

export interface SourceVerdict {
  readonly kind: string;
  readonly code?: string;
  readonly reason?: string;
  readonly keyId?: string;
}

/** A source's definition with the engines applied to it, as far as the laws look. */
export interface SourceShape {
  readonly name: string;
  readonly ordered: boolean;
  /** Total. A rejection has a code and a reason without any secret; `keyId` counts the secrets from 1. */
  verify(request: SourceRequest, now: number, secrets: readonly string[]): SourceVerdict;
  /** Identity of a delivery, as text; the same for a vendor's retry. */
  identity(request: SourceRequest): string;
  /** The record key, null where the source has none. */
  subject(request: SourceRequest): string | null;
  /** Everything the door and the normaliser make of a delivery: what the golden file holds. */
  envelope(request: SourceRequest): unknown;
  /** The vendor's own time of the event, epoch milliseconds; null where the payload states none, or one that is no time. */
  occurredAt(request: SourceRequest): number | null;
  /** The delivery with these body bytes instead, signed as the vendor signs. */
  sign(request: SourceRequest): SourceRequest;
  /** The same delivery in a form whose one field holds its JSON, signed; absent where the source takes no such form. */
  asForm?(request: SourceRequest): SourceRequest;
  /** Absent for a source that flows as typed raw records. Anything it throws is a coded error. */
  normalise?(request: SourceRequest, eventType?: string | null): unknown;
  /** Throws when a result is not what the stage after it relies on. */
  checkNormalised?(result: unknown, request: SourceRequest): void;
  /** The same with the event caused by our own integration, and by another. */
  echo?(request: SourceRequest): { readonly ours: unknown; readonly others: unknown };
}

export interface SourceSample {
  readonly name: string;
  /** Signed as the vendor signs, with `secret`, at `now`. */
  readonly request: SourceRequest;
  /** Path of the file that holds its envelope. */
  readonly golden?: string;
}

export interface SourceUnderLaw {
  readonly source: SourceShape;
  readonly samples: readonly SourceSample[];
  readonly now: number;
  readonly secret: string;
  readonly otherSecret: string;
  /** The first sample signed with the other secret. */
  readonly signedByOther: SourceRequest;
  /** Lower-case names of the headers that carry the proof. */
  readonly proofHeaders: readonly string[];
  /** How far a signed time may be off; null where nothing signed says when. */
  readonly toleranceMs: number | null;
  /** Writes the golden files instead of comparing with them. */
  readonly updateGolden?: boolean;
}
