import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic } from '@millrace/contracts';
import { CodedError, deadLetter, halt, type Serde } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';
import {
  classifyRegistryFailure,
  registryRefused,
  registryUnavailable,
  subjectsMissing,
  undecodable,
  unknownSchema,
} from './failures.ts';
import type { RegistryAddress } from './registry-http.ts';
import { createSchemaLookup, type SchemaLookup } from './schema-lookup.ts';

export interface RegistryOptions extends RegistryAddress {
  readonly logger: Logger;
  /** How long a schema id that the registry does not know is asked for again, for a registry that lags. */
  readonly unknownIdGraceMs?: number;
  readonly lookup?: SchemaLookup;
}

export interface RegistrySerde extends Serde {
  isReachable(timeoutMs: number): Promise<boolean>;
  /** Ends a `pin` that still waits for the registry. Idempotent. */
  close(): void;
}

type Decode = (bytes: Buffer) => unknown;

const headerBytes = 5;
const magicByte = 0;
const retryMaxMs = 2_000;
/** How long an id stays unknown without being asked for again: a flood of such records waits once. */
const unknownForMs = 30_000;

/**
 * Avro in the Confluent wire format. A topic's own schema id is looked up once and pinned; another writer's schema is
 * fetched when its id is first met, and its resolver kept. Nothing else asks the registry, so a registry that is away
 * stops nobody who has seen the ids he reads.
 */
export function connectRegistry(options: RegistryOptions): RegistrySerde {
  const lookup = options.lookup ?? createSchemaLookup(options);
  const graceMs = options.unknownIdGraceMs ?? 5_000;
  const pinned = new Map<string, { readonly id: number; readonly header: Buffer }>();
  const decoders = new Map<string, Map<number, Decode>>();
  const loading = new Map<number, Promise<object>>();
  const unknownUntil = new Map<number, number>();
  const closing = new AbortController();

  const decodersOf = (topic: Topic<unknown>): Map<number, Decode> => {
    let known = decoders.get(topic.name);
    if (known === undefined) {
      known = new Map();
      decoders.set(topic.name, known);
    }
    return known;
  };

  const pin = async (topics: readonly Topic<unknown>[]): Promise<void> => {
    const wanted = topics.filter(({ name }) => !pinned.has(name));
    const missing: string[] = [];
    for (const topic of wanted) {
      const id = await keepAsking(topic.subject, () => lookup.id(topic.subject, topic.schema));
      if (id === null) {
        missing.push(topic.subject);
        continue;
      }
      const header = Buffer.alloc(headerBytes);
      header.writeUInt8(magicByte, 0);
      header.writeInt32BE(id, 1);
      pinned.set(topic.name, { id, header });
      decodersOf(topic).set(id, (bytes) => topic.decode(bytes));
    }
    if (missing.length > 0) throw subjectsMissing(missing);
  };

  /** Boot waits for the registry, however long; only a refusal ends it. */
  const keepAsking = async <T>(subject: string, ask: () => Promise<T>): Promise<T> => {
    for (let tried = 0; ; tried++) {
      try {
        return await ask();
      } catch (error) {
        const doing = `looking up ${subject}`;
        if (classifyRegistryFailure(error) !== 'unavailable') throw registryRefused(doing, error);
        options.logger.warn({ err: error, subject, tried }, names.logs.kafka.registryAway);
        const wait = Math.min(100 * 2 ** Math.min(tried, 6), retryMaxMs);
        await sleep(wait, undefined, { signal: closing.signal }).catch(() => {
          throw registryUnavailable(doing, error);
        });
      }
    }
  };

  const encode = <T>(topic: Topic<T>, value: T): Buffer => {
    const known = pinned.get(topic.name);
    if (known === undefined)
      throw new CodedError('X_SERDE_NOT_PINNED', `${topic.name} was not pinned at boot`, {
        disposition: halt,
        step: 'validate',
      });
    try {
      return topic.encodeAfter(known.header, value);
    } catch (cause) {
      throw new CodedError('X_SERDE_ENCODE', `${topic.name}: ${messageOf(cause)}`, {
        disposition: deadLetter,
        step: 'validate',
        cause,
      });
    }
  };

  const decode = <T>(topic: Topic<T>, bytes: Buffer): T | Promise<T> => {
    if (bytes.length < headerBytes)
      throw undecodable('X_SERDE_TOO_SHORT', `${topic.name}: ${bytes.length} bytes are no record of the registry`);
    if (bytes[0] !== magicByte)
      throw undecodable('X_SERDE_MAGIC', `${topic.name}: the first byte is ${bytes[0]}, the wire format has 0`);
    const id = bytes.readInt32BE(1);
    const known = decodersOf(topic as Topic<unknown>).get(id);
    if (known !== undefined) return run<T>(topic.name, id, known, bytes);
    return learn(topic as Topic<unknown>, id).then((decoder) => run<T>(topic.name, id, decoder, bytes));
  };

  const run = <T>(name: string, id: number, decoder: Decode, bytes: Buffer): T => {
    try {
      return decoder(bytes.subarray(headerBytes)) as T;
    } catch (cause) {
      throw undecodable('X_SERDE_DECODE', `${name}: the bytes do not fit schema ${id}`, cause);
    }
  };

  const learn = async (topic: Topic<unknown>, id: number): Promise<Decode> => {
    const schema = await load(topic.name, id);
    try {
      const decoder = topic.reader(schema);
      decodersOf(topic).set(id, decoder);
      return decoder;
    } catch (cause) {
      throw undecodable('X_SERDE_INCOMPATIBLE', `${topic.name}: ${messageOf(cause)} (schema ${id})`, cause);
    }
  };

  const load = (name: string, id: number): Promise<object> => {
    if ((unknownUntil.get(id) ?? 0) > performance.now()) return Promise.reject(unknownSchema(name, id));
    let found = loading.get(id);
    if (found === undefined) {
      found = fetchSchema(name, id).finally(() => loading.delete(id));
      loading.set(id, found);
    }
    return found;
  };

  const fetchSchema = async (name: string, id: number): Promise<object> => {
    const until = performance.now() + graceMs;
    for (let tried = 0; ; tried++) {
      try {
        return await lookup.schema(id);
      } catch (error) {
        const doing = `reading schema ${id} of ${name}`;
        const failure = classifyRegistryFailure(error);
        if (failure === 'unavailable') throw registryUnavailable(doing, error);
        if (failure !== 'missing') throw registryRefused(doing, error);
        const wait = 100 * 2 ** Math.min(tried, 4);
        if (performance.now() + wait > until || closing.signal.aborted) {
          unknownUntil.set(id, performance.now() + unknownForMs);
          throw unknownSchema(name, id);
        }
        await sleep(wait);
      }
    }
  };

  return {
    pin,
    encode,
    decode,
    isReachable: (timeoutMs) => lookup.isReachable(timeoutMs),
    close: () => closing.abort(),
  };
}

const messageOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error));
