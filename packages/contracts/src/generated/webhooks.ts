// Made by `npm run generate` from schemas/. Do not edit.
/** A verified webhook exactly as it came over HTTP: the truth from which everything after can be made again. */
export interface WebhookReceived {
  /** Source instance named in the flow file. */
  readonly source: string;
  /** Connector that verified it. */
  readonly connector: string;
  /** When the gateway had the whole body, epoch milliseconds. */
  readonly receivedAt: number;
  /** HTTP method. */
  readonly method: string;
  /** Request path, credentials masked. */
  readonly path: string;
  /** Query string without the question mark, credentials masked; empty when there is none. */
  readonly query: string;
  /** All headers in the order they came. */
  readonly headers: readonly HeaderField[];
  /** Address of the peer. */
  readonly remoteAddress: string | null;
  /** The exact body bytes, unless they are claim-checked. */
  readonly body: Buffer | null;
  /** Where the body is when it is not in the record. */
  readonly bodyRef: BodyReference | null;
  /** Digest of the body before any masking, hex. */
  readonly bodySha256: string;
  /** How it was proved who sent it. */
  readonly verification: Verification;
  /** What duplicates are recognised by. */
  readonly identity: Identity;
  /** The vendor's event type, read through the definition's pointer. */
  readonly eventType: string | null;
  /** The thing it is about, read through the definition's pointer; the record's key. */
  readonly subject: string | null;
  /** Who caused it at the vendor; our own integration's id marks an echo. */
  readonly actor: string | null;
  /** When it happened, as the vendor says, epoch milliseconds. */
  readonly occurredAt: number | null;
  /** Unknown when the ledger was away: a duplicate may follow. */
  readonly dedupe: Dedupe;
}

/** One header line. */
export interface HeaderField {
  /** Name as sent. */
  readonly name: string;
  /** Value as sent; secrets are redacted. */
  readonly value: string;
}

/** Claim check of a body too large for a record. */
export interface BodyReference {
  /** What the body store answers to. */
  readonly ref: string;
  /** Digest of the stored bytes, hex. */
  readonly sha256: string;
  /** Length of the stored bytes. */
  readonly bytes: number;
}

/** How it was proved who sent it. */
export interface Verification {
  /** verified, or unsigned where the definition allows it. */
  readonly verdict: string;
  /** Which of the source's secrets matched; never the secret. */
  readonly keyId: string | null;
  /** Signature scheme and version. */
  readonly scheme: string;
  /** True when identity or a timestamp is inside the signed content. */
  readonly replayProtected: boolean;
}

/** What makes this delivery the same as its repetition. */
export interface Identity {
  /** pointer, header, body or none. */
  readonly kind: string;
  /** The identity itself. */
  readonly value: string;
}

/** Whether the request ledger could be asked. */
export type Dedupe = 'checked' | 'unknown';
