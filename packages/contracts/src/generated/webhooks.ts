// Made by `npm run generate` from schemas/. Do not edit.
import type { AvroNode } from '../avro-schema.ts';

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

export const webhookReceivedSchema: AvroNode = {
  type: 'record',
  name: 'WebhookReceived',
  namespace: 'io.millrace.webhooks.v1',
  doc: 'A verified webhook exactly as it came over HTTP: the truth from which everything after can be made again.',
  fields: [
    { name: 'source', type: 'string', doc: 'Source instance named in the flow file.' },
    { name: 'connector', type: 'string', doc: 'Connector that verified it.' },
    {
      name: 'receivedAt',
      type: { type: 'long', logicalType: 'timestamp-millis' },
      doc: 'When the gateway had the whole body, epoch milliseconds.',
    },
    { name: 'method', type: 'string', doc: 'HTTP method.' },
    { name: 'path', type: 'string', doc: 'Request path, credentials masked.' },
    {
      name: 'query',
      type: 'string',
      doc: 'Query string without the question mark, credentials masked; empty when there is none.',
      default: '',
    },
    {
      name: 'headers',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'HeaderField',
          doc: 'One header line.',
          fields: [
            { name: 'name', type: 'string', doc: 'Name as sent.' },
            { name: 'value', type: 'string', doc: 'Value as sent; secrets are redacted.' },
          ],
        },
      },
      doc: 'All headers in the order they came.',
      default: [],
    },
    { name: 'remoteAddress', type: ['null', 'string'], doc: 'Address of the peer.', default: null },
    {
      name: 'body',
      type: ['null', 'bytes'],
      doc: 'The exact body bytes, unless they are claim-checked.',
      default: null,
    },
    {
      name: 'bodyRef',
      type: [
        'null',
        {
          type: 'record',
          name: 'BodyReference',
          doc: 'Claim check of a body too large for a record.',
          fields: [
            { name: 'ref', type: 'string', doc: 'What the body store answers to.' },
            { name: 'sha256', type: 'string', doc: 'Digest of the stored bytes, hex.' },
            { name: 'bytes', type: 'long', doc: 'Length of the stored bytes.' },
          ],
        },
      ],
      doc: 'Where the body is when it is not in the record.',
      default: null,
    },
    { name: 'bodySha256', type: 'string', doc: 'Digest of the body before any masking, hex.' },
    {
      name: 'verification',
      type: {
        type: 'record',
        name: 'Verification',
        doc: 'How it was proved who sent it.',
        fields: [
          { name: 'verdict', type: 'string', doc: 'verified, or unsigned where the definition allows it.' },
          {
            name: 'keyId',
            type: ['null', 'string'],
            doc: "Which of the source's secrets matched; never the secret.",
            default: null,
          },
          { name: 'scheme', type: 'string', doc: 'Signature scheme and version.' },
          {
            name: 'replayProtected',
            type: 'boolean',
            doc: 'True when identity or a timestamp is inside the signed content.',
          },
        ],
      },
      doc: 'How it was proved who sent it.',
    },
    {
      name: 'identity',
      type: {
        type: 'record',
        name: 'Identity',
        doc: 'What makes this delivery the same as its repetition.',
        fields: [
          { name: 'kind', type: 'string', doc: 'pointer, header, body or none.' },
          { name: 'value', type: 'string', doc: 'The identity itself.' },
        ],
      },
      doc: 'What duplicates are recognised by.',
    },
    {
      name: 'eventType',
      type: ['null', 'string'],
      doc: "The vendor's event type, read through the definition's pointer.",
      default: null,
    },
    {
      name: 'subject',
      type: ['null', 'string'],
      doc: "The thing it is about, read through the definition's pointer; the record's key.",
      default: null,
    },
    {
      name: 'actor',
      type: ['null', 'string'],
      doc: "Who caused it at the vendor; our own integration's id marks an echo.",
      default: null,
    },
    {
      name: 'occurredAt',
      type: ['null', { type: 'long', logicalType: 'timestamp-millis' }],
      doc: 'When it happened, as the vendor says, epoch milliseconds.',
      default: null,
    },
    {
      name: 'dedupe',
      type: {
        type: 'enum',
        name: 'Dedupe',
        doc: 'Whether the request ledger could be asked.',
        symbols: ['checked', 'unknown'],
      },
      doc: 'Unknown when the ledger was away: a duplicate may follow.',
    },
  ],
};
