import type { Topic } from '@millrace/contracts';
import { CodedError, deadLetter, retry } from '../disposition.ts';
import type { Serde } from '../serde.ts';

/** The serde port with the registry in memory: the same wire format, one schema per subject. */
export interface InMemorySerde extends Serde {
  /** Whether the registry answers; ids that were met before need none. */
  setReachable(isReachable: boolean): void;
}

const prefixBytes = 5;

export function createInMemorySerde(): InMemorySerde {
  const ids = new Map<string, number>();
  const subjects = new Map<number, string>();
  const met = new Set<number>();
  let isReachable = true;

  const idOf = (subject: string): number => {
    const known = ids.get(subject);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    ids.set(subject, id);
    subjects.set(id, subject);
    return id;
  };
  const unreachable = (): CodedError =>
    new CodedError('X_REGISTRY_UNAVAILABLE', 'the schema registry does not answer', {
      disposition: retry(),
      step: 'decode',
      unavailable: true,
    });
  const refused = (message: string, cause?: unknown): CodedError =>
    new CodedError('X_SERDE_DECODE', message, { disposition: deadLetter, step: 'decode', cause });

  return {
    async pin(topics) {
      if (!isReachable) throw unreachable();
      for (const topic of topics) met.add(idOf(topic.subject));
    },
    encode(topic, value) {
      let body: Buffer;
      try {
        body = topic.encode(value);
      } catch (cause) {
        const message = Error.isError(cause) ? cause.message : 'the value does not fit its schema';
        throw new CodedError('X_SERDE_ENCODE', message, { disposition: deadLetter, step: 'produce', cause });
      }
      const bytes = Buffer.allocUnsafe(prefixBytes + body.length);
      bytes[0] = 0;
      bytes.writeUInt32BE(idOf(topic.subject), 1);
      body.copy(bytes, prefixBytes);
      return bytes;
    },
    decode(topic, bytes) {
      if (bytes.length < prefixBytes || bytes[0] !== 0) {
        throw refused(
          `a value of ${topic.name} begins with a zero byte and a schema id; this one has ${bytes.length} bytes`,
        );
      }
      const id = bytes.readUInt32BE(1);
      const read = <T>(of: Topic<T>): T => {
        if (subjects.get(id) !== of.subject) throw refused(`schema ${id} is not one of ${of.subject}`);
        met.add(id);
        try {
          return of.decode(bytes.subarray(prefixBytes));
        } catch (cause) {
          throw refused(Error.isError(cause) ? cause.message : 'the value is not Avro of its schema', cause);
        }
      };
      if (met.has(id)) return read(topic);
      return isReachable ? Promise.resolve().then(() => read(topic)) : Promise.reject(unreachable());
    },
    setReachable(next) {
      isReachable = next;
    },
  };
}
