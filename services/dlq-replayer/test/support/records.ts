import { type HeaderPair, type InboundRecord, identityHeaders } from '@millrace/messaging';

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
