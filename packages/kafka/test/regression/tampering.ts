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

/** In an answer to Metadata: nobody leads this partition. */
export function dethrone(frame: Frame, topic: string, partition: number): Buffer | null {
  only(frame, 6, 8, 10);
  if (frame.apiVersion === 10) return dethroneInFlexible(frame, topic, partition);
  const bytes = Buffer.from(frame.bytes);
  const cursor = answerBody(bytes);
  cursor.at += 4;
  cursor.each(() => {
    cursor.at += 4;
    cursor.text();
    cursor.at += 4;
    cursor.text();
  });
  cursor.text();
  cursor.at += 4;
  let isFound = false;
  const skipReplicas = (): void =>
    cursor.each(() => {
      cursor.at += 4;
    });
  cursor.each(() => {
    cursor.at += 2;
    const name = cursor.text();
    cursor.at += 1;
    cursor.each(() => {
      const from = cursor.at;
      cursor.at += 2;
      if (cursor.int32() === partition && name === topic) {
        bytes.writeInt16BE(answers.leaderNotAvailable, from);
        bytes.writeInt32BE(noLeader, cursor.at);
        isFound = true;
      }
      cursor.at += frame.apiVersion >= 7 ? 8 : 4;
      skipReplicas();
      skipReplicas();
      skipReplicas();
    });
    if (frame.apiVersion >= 8) cursor.at += 4;
  });
  return isFound ? bytes : null;
}

/** The same of a version with compact lengths and topic ids. No tag of it is in use: each place for them is one byte. */
function dethroneInFlexible(frame: Frame, topic: string, partition: number): Buffer | null {
  const bytes = Buffer.from(frame.bytes);
  const cursor = answerBody(bytes);
  cursor.at += 5;
  cursor.compactEach(() => {
    cursor.at += 4;
    cursor.compactText();
    cursor.at += 4;
    cursor.compactText();
    cursor.at += 1;
  });
  cursor.compactText();
  cursor.at += 4;
  let isFound = false;
  const skipReplicas = (): void =>
    cursor.compactEach(() => {
      cursor.at += 4;
    });
  cursor.compactEach(() => {
    cursor.at += 2;
    const name = cursor.compactText();
    cursor.at += 17;
    cursor.compactEach(() => {
      const from = cursor.at;
      cursor.at += 2;
      if (cursor.int32() === partition && name === topic) {
        bytes.writeInt16BE(answers.leaderNotAvailable, from);
        bytes.writeInt32BE(noLeader, cursor.at);
        isFound = true;
      }
      cursor.at += 8;
      skipReplicas();
      skipReplicas();
      skipReplicas();
      cursor.at += 1;
    });
    cursor.at += 5;
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
