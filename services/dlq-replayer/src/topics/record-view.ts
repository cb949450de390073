import { type Topic, topics } from '@millrace/contracts';
import { type HeaderPair, type InboundRecord, isCodedError, isoTime, type Serde } from '@millrace/messaging';

/** A record as an operator reads it. */
export interface RecordView {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** ISO 8601. */
  readonly at: string;
  readonly key: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
  /** The decoded value; null for a tombstone or when it does not decode. */
  readonly value: unknown;
  /** Why it did not decode, with the bytes. */
  readonly undecodable?: { readonly code: string; readonly message: string; readonly hex: string };
}

const topicByName: ReadonlyMap<string, Topic<unknown>> = new Map(
  (Object.values(topics) as Topic<unknown>[]).map((topic) => [topic.name, topic]),
);

const shownHexBytes = 4_096;

/** `schemaTopic` is where the record first stood: raw copies have no schema of their own. */
export async function viewRecord(
  record: InboundRecord,
  serde: Serde,
  schemaTopic: string = record.topic,
): Promise<RecordView> {
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    at: isoTime(record.timestamp),
    key: record.key === null ? null : bytesText(record.key),
    headers: record.headers.map(viewHeader),
    ...(await viewValue(record.value, serde, schemaTopic)),
  };
}

const viewHeader = ([name, value]: HeaderPair) => ({ name, value: value === null ? null : bytesText(value) });

async function viewValue(
  value: Buffer | null,
  serde: Serde,
  schemaTopic: string,
): Promise<Pick<RecordView, 'value' | 'undecodable'>> {
  if (value === null) return { value: null };
  const hex = value.subarray(0, shownHexBytes).toString('hex');
  const topic = topicByName.get(schemaTopic);
  if (topic === undefined) {
    return { value: null, undecodable: { code: 'X_TOPIC_UNKNOWN', message: 'no schema is known for this topic', hex } };
  }
  try {
    return { value: readable(await serde.decode(topic, value)) };
  } catch (error) {
    const code = isCodedError(error) ? error.code : 'X_INTERNAL';
    return { value: null, undecodable: { code, message: isCodedError(error) ? error.message : 'not readable', hex } };
  }
}

/** Bytes inside a value (a webhook's body) as text where they are text, else as hex. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesText(Buffer.from(value));
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, readable(field)]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function bytesText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return `0x${bytes.toString('hex')}`;
  }
}
