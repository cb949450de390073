declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  const recordBatch: { RecordBatch(options: object): Promise<{ readonly buffer: Buffer }> };
  export default recordBatch;
}
declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  export interface DecodedRecord {
    readonly offset: string;
    readonly timestamp: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    /** From our patch: as the wire has them. */
    readonly headerPairs: readonly (readonly [name: string, value: Buffer | null])[];
    readonly headers: Readonly<Record<string, unknown>>;
  }
  const decode: (decoder: unknown, batchContext: object) => DecodedRecord;
  export default decode;
}
declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type { DecodedRecord } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';

  const decode: (decoder: unknown) => Promise<{ readonly records: readonly DecodedRecord[] }>;
  export default decode;
}
declare module 'kafkajs/src/protocol/recordBatch/record/v0/encodeRecords.js' {
  const encodeRecords: (records: readonly object[]) => Buffer;
  export default encodeRecords;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(data: Buffer);
    readInt16(): number;
    readInt32(): number;
    readString(): string | null;
    readAll(): Buffer;
  }
}
declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeBuffer(data: Buffer): Encoder;
    readonly buffer: Buffer;
  }
}
declare module 'kafkajs/src/protocol/request.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  const packRequest: (options: {
    readonly correlationId: number;
    readonly clientId: string | null;
    readonly request: { readonly apiKey: number; readonly apiVersion: number; encode(): Promise<Encoder> };
  }) => Promise<Encoder>;
  export default packRequest;
}
declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    constructor(options: object);
    push(request: object): void;
    fulfillRequest(answer: object): void;
    destroy(): void;
    readonly throttleCheckTimeoutId: unknown;
    throttledUntil: number;
  }
}
declare module 'kafkajs/src/producer/groupMessagesPerPartition.js' {
  const group: (options: object) => Record<string, readonly unknown[]>;
  export default group;
}
declare module 'kafkajs/src/retry/defaults.js' {
  const defaults: Readonly<Record<string, number>>;
  export default defaults;
}
declare module 'kafkajs/src/retry/defaults.test.js' {
  const defaults: Readonly<Record<string, number>>;
  export default defaults;
}
declare module 'kafkajs/src/broker/index.js' {
  export default class Broker {
    constructor(options: object);
    lookupRequest: unknown;
    joinGroup(request: object): Promise<unknown>;
    syncGroup(request: object): Promise<unknown>;
    heartbeat(request: object): Promise<unknown>;
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  export default class Batch {
    constructor(topic: string, fetchedOffset: string, partitionData: object);
    isEmptyDueToFiltering(): boolean;
    lastOffset(): string;
  }
}
