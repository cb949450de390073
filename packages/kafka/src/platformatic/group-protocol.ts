import { decodeOwned, encodeOwned, protocolVersion, type TopicClaimant } from '../membership/assign-topics.ts';
import { ProtocolReader } from './protocol-reader.ts';

/** What members tell each other, in the bytes of the consumer protocol as the kafkajs driver writes them. */
export function encodeSubscription(topics: readonly string[], owned: readonly number[]): Buffer {
  const userData = encodeOwned(owned);
  return Buffer.concat([int16(protocolVersion), array(topics.map(text)), int32(userData.length), userData]);
}

/** Total: metadata that another client wrote under our protocol name counts as a member without topics. */
export function decodeClaimant(id: string, metadata: Buffer): TopicClaimant {
  try {
    const reader = new ProtocolReader(metadata);
    reader.int16();
    const topics = reader.array(() => reader.text());
    return { id, topics: new Set(topics), owned: decodeOwned(reader.bytes()) };
  } catch {
    return { id, topics: new Set(), owned: [] };
  }
}

export function encodeAssignment(assignment: Readonly<Record<string, readonly number[]>>, userData: Buffer): Buffer {
  const topics = Object.entries(assignment).map(([topic, partitions]) =>
    Buffer.concat([text(topic), array(partitions.map(int32))]),
  );
  return Buffer.concat([int16(protocolVersion), array(topics), int32(userData.length), userData]);
}

export interface DecodedAssignment {
  /** Empty for a member without any partition. */
  readonly topics: ReadonlyMap<string, readonly number[]>;
  /** What the leader sent along. */
  readonly userData: Buffer | null;
}

export function decodeAssignment(assignment: Buffer): DecodedAssignment {
  if (assignment.length < 2) return { topics: new Map(), userData: null };
  const reader = new ProtocolReader(assignment);
  reader.int16();
  const topics = new Map(reader.array(() => [reader.text(), reader.array(() => reader.int32())] as const));
  return { topics, userData: reader.bytes() };
}

function int16(value: number): Buffer {
  const data = Buffer.alloc(2);
  data.writeInt16BE(value);
  return data;
}

function int32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeInt32BE(value);
  return data;
}

function text(value: string): Buffer {
  const data = Buffer.from(value);
  return Buffer.concat([int16(data.length), data]);
}

const array = (items: readonly Buffer[]): Buffer => Buffer.concat([int32(items.length), ...items]);
