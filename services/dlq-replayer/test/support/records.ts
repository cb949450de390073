import { groupTopics, topics } from '@millrace/contracts';
import {
  deadLetterHeaders,
  type HeaderPair,
  type InboundRecord,
  identityHeaders,
  type OutboundRecord,
} from '@millrace/messaging';

/** Headers with an identity; what is not said is made up from the id. */
export function headersOf(
  id: string,
  { correlationid = id, causationid = null }: { correlationid?: string; causationid?: string | null } = {},
): HeaderPair[] {
  return identityHeaders({
    id,
    source: 'test',
    type: 't',
    time: '2026-11-22T10:00:00.000Z',
    correlationid,
    causationid,
    generation: 0,
    traceparent: null,
  });
}

export function aRecord(given: Partial<InboundRecord> = {}): InboundRecord {
  return {
    topic: 't',
    partition: 0,
    offset: 0,
    timestamp: 1_800_000_000_000,
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    headers: [],
    ...given,
  };
}

/** What a sink could not deliver, as it stands in `dlq.<group>`. */
export function aDeadLetter(
  group: string,
  key: string,
  {
    id,
    errorCode = 'X_A',
    errorMessage = 'no such channel',
  }: { id: string; errorCode?: string; errorMessage?: string },
): OutboundRecord {
  return {
    topic: groupTopics(group).dlq,
    key: Buffer.from(key),
    value: Buffer.from('raw'),
    headers: [
      ...headersOf(key),
      ...deadLetterHeaders({
        ...{ id, group, service: 'sink-writers', version: 'v', step: 'effect' },
        first: { topic: topics.ticketsClassified.name, partition: 0, offset: 0, timestamp: 1, firstFailedAt: 1 },
        ...{ errorClass: 'REJECTED', errorCode, errorType: 'CodedError', errorMessage, errorStack: null },
        ...{ fingerprint: `f-${errorCode}`, attempts: 1, lastFailedAt: Date.now() },
        ...{ keySchemaId: null, valueSchemaId: null },
      }),
    ],
  };
}
