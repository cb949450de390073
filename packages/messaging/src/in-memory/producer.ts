import type { OutboundRecord, Producer, RecordPosition } from '../broker.ts';
import { DeliveryError } from '../errors.ts';
import type { Cluster } from './cluster.ts';

interface Waiting {
  readonly record: OutboundRecord;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (position: RecordPosition) => void;
  readonly reject: (error: unknown) => void;
}

export function createInMemoryProducer(cluster: Cluster, isReachable: () => boolean): Producer {
  let waiting: Waiting[] = [];
  let idle: (() => void)[] = [];
  let isClosed = false;

  const deliver = (): void => {
    const batch = waiting;
    waiting = [];
    for (const { record, signal, resolve, reject } of batch) {
      if (signal?.aborted === true) {
        reject(withdrawn(signal));
        continue;
      }
      if (!isReachable()) {
        reject(
          new DeliveryError('X_DELIVERY_FAILED', 'the brokers do not answer; the record was not written', {
            ambiguous: false,
            unavailable: true,
          }),
        );
        continue;
      }
      try {
        resolve(cluster.append(record));
      } catch (error) {
        reject(error);
      }
    }
    const done = idle;
    idle = [];
    for (const call of done) call();
  };
  const flush = (): Promise<void> =>
    waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve));

  return {
    send: (record, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(withdrawn(signal));
        if (isClosed) {
          return reject(new DeliveryError('X_DELIVERY_CLOSED', 'this producer is closed', { ambiguous: false }));
        }
        waiting.push({ record, signal, resolve, reject });
        // The acknowledgement is never in the caller's own turn, as with a real broker.
        if (waiting.length === 1) setImmediate(deliver);
      }),
    flush,
    async close() {
      isClosed = true;
      await flush();
    },
  };
}

const withdrawn = (signal: AbortSignal): DeliveryError =>
  new DeliveryError('X_DELIVERY_FAILED', 'the caller gave up before the record left', {
    ambiguous: false,
    cause: signal.reason,
  });
