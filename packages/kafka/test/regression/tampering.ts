import type { Frame } from './fault-proxy.ts';

/** Kafka's numbers for what a broker may answer. */
export const answers = {
  unknownServerError: -1,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  leaderNotAvailable: 5,
  notLeader: 6,
  notEnoughReplicas: 19,
} as const;

const noLeader = -1;

class Cursor {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  int16(): number {
    this.at += 2;
    return this.#bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }

  text(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  each(read: () => void): void {
    for (let left = this.int32(); left > 0; left--) read();
  }

  /** As flexible versions write a length: one more than it is, in groups of seven bits. */
  compactLength(): number {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.at);
      this.at += 1;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) return length - 1;
    }
  }

  compactText(): string | null {
    const length = this.compactLength();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }

  compactEach(read: () => void): void {
    for (let left = this.compactLength(); left > 0; left--) read();
  }
}

/** Past the length and the correlation id. */
const answerBody = (bytes: Buffer): Cursor => new Cursor(bytes, 8);

function requestBody(bytes: Buffer): Cursor {
  const cursor = new Cursor(bytes, 12);
  cursor.text(); // the client's id
  return cursor;
}

const only = (frame: Frame, ...versions: readonly number[]): void => {
  if (!versions.includes(frame.apiVersion)) throw new Error(`version ${frame.apiVersion} cannot be tampered with`);
};

/** In an answer to Produce: this partition failed, the others as they were. */
export function failProduced(frame: Frame, topic: string, partition: number, errorCode: number): Buffer | null {
  only(frame, 7);
  return failPartition(frame, { topic, partition, errorCode, topicsAt: 0 }, () => undefined);
}

/** In an answer to Fetch: this partition failed, the others as they were. */
export function failFetched(frame: Frame, topic: string, partition: number, errorCode: number): Buffer | null {
  only(frame, 11);
  return failPartition(frame, { topic, partition, errorCode, topicsAt: 10 }, (cursor) => {
    cursor.each(() => {
      cursor.at += 16;
    });
    cursor.at += 4;
    cursor.bytes();
  });
}

interface FailedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** Bytes of the body before its topics. */
  readonly topicsAt: number;
}

/**
 * In an answer to Fetch: the record batches of this partition are changed where they stand. Null, and no hit, where it has
 * none, or where `damage` says that it left them alone.
 */
export function damageFetched(
  frame: Frame,
  topic: string,
  partition: number,
  damage: (batches: Buffer) => boolean,
): Buffer | null {
  only(frame, 11);
  const bytes = Buffer.from(frame.bytes);
  const cursor = answerBody(bytes);
  cursor.at += 10;
  let isDamaged = false;
  cursor.each(() => {
    const name = cursor.text();
    cursor.each(() => {
      const found = cursor.int32();
      cursor.at += 26;
      cursor.each(() => {
        cursor.at += 16;
      });
      cursor.at += 4;
      const batches = cursor.bytes();
      if (name === topic && found === partition && batches.length > 0) isDamaged ||= damage(batches);
    });
  });
  return isDamaged ? bytes : null;
}

/** Both answers have topics of partitions, each with its number, its error and 24 bytes more before what is their own. */
function failPartition(
  frame: Frame,
  { topic, partition, errorCode, topicsAt }: FailedPartition,
  skipRest: (cursor: ReturnType<typeof answerBody>) => void,
): Buffer | null {
  const bytes = Buffer.from(frame.bytes);
  const cursor = answerBody(bytes);
  cursor.at += topicsAt;
  let isFound = false;
  cursor.each(() => {
    const name = cursor.text();
    cursor.each(() => {
      if (cursor.int32() === partition && name === topic) {
        bytes.writeInt16BE(errorCode, cursor.at);
        isFound = true;
      }
      cursor.at += 26;
      skipRest(cursor);
    });
  });
  return isFound ? bytes : null;
}

/** In an answer to Heartbeat: why the membership cannot go on as it is. */
export function failHeartbeat(frame: Frame, errorCode: number): Buffer {
  only(frame, 3, 4);
  const bytes = Buffer.from(frame.bytes);
  // The last field; newer versions have a byte for tags behind it.
  bytes.writeInt16BE(errorCode, bytes.length - (frame.apiVersion >= 4 ? 3 : 2));
  return bytes;
}

/**
 * In an answer to Metadata: nobody leads this partition. Version 10 has topic ids and compact lengths; no tag of it is in use,
 * so each place for tags is one byte.
 */
export function dethrone(frame: Frame, topic: string, partition: number): Buffer | null {
  only(frame, 6, 8, 10);
  const bytes = Buffer.from(frame.bytes);
  const cursor = answerBody(bytes);
  const isFlexible = frame.apiVersion >= 9;
  const tags = isFlexible ? 1 : 0;
  const text = (): string | null => (isFlexible ? cursor.compactText() : cursor.text());
  const each = (read: () => void): void => (isFlexible ? cursor.compactEach(read) : cursor.each(read));
  const skip = (count: number): void => {
    cursor.at += count;
  };
  skip(tags + 4);
  each(() => {
    skip(4);
    text();
    skip(4);
    text();
    skip(tags);
  });
  text();
  skip(4);
  let isFound = false;
  each(() => {
    skip(2);
    const name = text();
    skip(isFlexible ? 17 : 1);
    each(() => {
      const from = cursor.at;
      skip(2);
      if (cursor.int32() === partition && name === topic) {
        bytes.writeInt16BE(answers.leaderNotAvailable, from);
        bytes.writeInt32BE(noLeader, cursor.at);
        isFound = true;
      }
      skip(frame.apiVersion >= 7 ? 8 : 4);
      for (let lists = 0; lists < 3; lists += 1) each(() => skip(4));
      skip(tags);
    });
    skip((frame.apiVersion >= 8 ? 4 : 0) + tags);
  });
  return isFound ? bytes : null;
}

export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
}

/** What a Produce request carries. */
export function sentBatches(frame: Frame): readonly SentBatch[] {
  only(frame, 7);
  const cursor = requestBody(frame.bytes);
  cursor.text(); // the transactional id
  cursor.at += 6;
  const found: SentBatch[] = [];
  cursor.each(() => {
    const topic = cursor.text() ?? '';
    cursor.each(() => {
      const partition = cursor.int32();
      const batch = cursor.bytes();
      found.push({
        topic,
        partition,
        firstTimestamp: Number(batch.readBigInt64BE(27)),
        maxTimestamp: Number(batch.readBigInt64BE(35)),
      });
    });
  });
  return found;
}

/** The rack that a Fetch request says it comes from, which is its last field. */
export function rackOf(frame: Frame): string {
  only(frame, 11);
  const cursor = requestBody(frame.bytes);
  cursor.at += 25;
  cursor.each(() => {
    cursor.text();
    cursor.each(() => {
      cursor.at += 28;
    });
  });
  cursor.each(() => {
    cursor.text();
    cursor.each(() => {
      cursor.at += 4;
    });
  });
  return cursor.text() ?? '';
}
