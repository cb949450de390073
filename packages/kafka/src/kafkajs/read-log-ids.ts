import type { Broker } from 'kafkajs/src/cluster/index.js';
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js';
import type { LogIds } from '../membership/log-watch.ts';

/** The first that tells ids. The client's own requests are older, and of the form without tagged fields. */
const version = 10;
const idBytes = 16;
const noId = Buffer.alloc(idBytes);

/** Empty where the broker is too old to tell. */
export async function readLogIds(broker: Broker, topics: readonly string[]): Promise<LogIds> {
  const { maxVersion = 0 } = broker.versions?.[apiKeys.Metadata] ?? {};
  if (maxVersion < version || topics.length === 0) return new Map();
  const buffer = request(topics);
  return (await broker.connectionPool.send({
    request: {
      ...{ apiKey: apiKeys.Metadata, apiVersion: version, apiName: 'Metadata' },
      encode: async () => ({ buf: buffer, buffer, size: () => buffer.length }),
    },
    response: { decode: async (data: Buffer) => answered(data), parse: async (ids: unknown) => ids },
  })) as LogIds;
}

/** From the end of the header on, its tagged fields first: none. */
function request(topics: readonly string[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0]), uvarint(topics.length + 1)];
  for (const topic of topics) {
    const name = Buffer.from(topic);
    parts.push(noId, uvarint(name.length + 1), name, Buffer.from([0]));
  }
  // No topic is made, nothing is asked about permissions, no tagged fields.
  return Buffer.concat([...parts, Buffer.from([0, 0, 0, 0])]);
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function answered(data: Buffer): LogIds {
  const reader = new CompactReader(data);
  const ids = new Map<string, string>();
  reader.tags();
  reader.skip(4);
  reader.each(() => {
    reader.skip(4);
    reader.text();
    reader.skip(4);
    reader.text();
    reader.tags();
  });
  reader.text();
  reader.skip(4);
  reader.each(() => {
    const errorCode = reader.int16();
    const name = reader.text();
    const id = reader.bytes(idBytes);
    if (errorCode === 0 && !id.equals(noId)) ids.set(name, id.toString('base64url'));
    reader.skip(1);
    reader.each(() => {
      reader.skip(14);
      for (let list = 0; list < 3; list++) reader.each(() => reader.skip(4));
      reader.tags();
    });
    reader.skip(4);
    reader.tags();
  });
  return ids;
}

/** Of answers with tagged fields, where lengths are numbers without a sign and one more than they say. */
class CompactReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  skip(count: number): void {
    this.#at += count;
  }

  bytes(count: number): Buffer {
    this.#at += count;
    return this.#data.subarray(this.#at - count, this.#at);
  }

  int16(): number {
    return this.bytes(2).readInt16BE(0);
  }

  text(): string {
    return this.bytes(Math.max(0, this.#uvarint() - 1)).toString('utf8');
  }

  each(item: () => void): void {
    for (let left = this.#uvarint() - 1; left > 0 && this.#at < this.#data.length; left--) item();
  }

  tags(): void {
    for (let left = this.#uvarint(); left > 0 && this.#at < this.#data.length; left--) {
      this.#uvarint();
      this.skip(this.#uvarint());
    }
  }

  #uvarint(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#data.readUInt8(this.#at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    return value;
  }
}
