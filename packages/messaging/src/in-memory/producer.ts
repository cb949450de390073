import type { DeliveryReport, OutboundRecord, Producer, RecordPosition } from '../broker.ts';
import { DeliveryError } from '../errors.ts';
import type { Cluster } from './cluster.ts';

interface Waiting {
  readonly record: OutboundRecord;
  readonly signal: AbortSignal | undefined;
  readonly report: DeliveryReport;
}

export function createInMemoryProducer(cluster: Cluster, isReachable: () => boolean): Producer {
  let waiting: Waiting[] = [];
  let idle: (() => void)[] = [];
  let isClosed = false;

  const append = ({ record, signal }: Waiting): RecordPosition => {
    if (signal?.aborted === true) throw withdrawn(signal);
    if (isReachable()) return cluster.append(record);
    throw new DeliveryError('X_DELIVERY_FAILED', 'the brokers do not answer; the record was not written', {
      ambiguous: false,
      unavailable: true,
    });
  };
  const write = (): void => {
    const batch = waiting;
    waiting = [];
    const done = idle;
    idle = [];
    for (const one of batch) {
      let position: RecordPosition;
      try {
        position = append(one);
      } catch (error) {
        one.report.onFailed(error);
        continue;
      }
      one.report.onAcknowledged(position);
    }
    for (const call of done) call();
  };
  const flush = (): Promise<void> =>
    waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve));

  const refused = (signal: AbortSignal | undefined): DeliveryError | null => {
    if (signal?.aborted === true) return withdrawn(signal);
    if (!isClosed) return null;
    return new DeliveryError('X_DELIVERY_CLOSED', 'this producer is closed', { ambiguous: false });
  };
  const deliver: Producer['deliver'] = (record, report, signal) => {
    const refusal = refused(signal);
    if (refusal !== null) return queueMicrotask(() => report.onFailed(refusal));
    waiting.push({ record, signal, report });
    // The acknowledgement is never in the caller's own turn, as with a real broker.
    if (waiting.length === 1) setImmediate(write);
  };

  return {
    deliver,
    send: (record, signal) =>
      new Promise((resolve, reject) => deliver(record, { onAcknowledged: resolve, onFailed: reject }, signal)),
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
