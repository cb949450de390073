import type { OutboundRecord, RecordPosition } from '@millrace/messaging';
import { bufferFull } from './failures.ts';
import type { Waiting } from './lane.ts';

/** Every `send` that has no final word yet: counts them, bounds their bytes, tells when those of a moment are through. */
export class PendingRecords {
  readonly #limitBytes: number;
  readonly #open = new Map<number, number>();
  readonly #unwatch = new WeakMap<Waiting, () => void>();
  #waiters: { readonly upTo: number; readonly done: () => void }[] = [];
  #epoch = 0;
  #count = 0;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws when the bytes do not fit. */
  admit(record: OutboundRecord, bytes: number, deadline: number, answer: Pick<Waiting, 'resolve' | 'reject'>): Waiting {
    if (this.#bytes + bytes > this.#limitBytes) throw bufferFull(this.#bytes, this.#limitBytes);
    this.#count++;
    this.#bytes += bytes;
    this.#open.set(this.#epoch, (this.#open.get(this.#epoch) ?? 0) + 1);
    const { topic } = record;
    return { record, topic, bytes, deadline, epoch: this.#epoch, maybeWritten: false, settled: false, ...answer };
  }

  /** Calls back when the signal aborts before the record is settled. */
  watch(waiting: Waiting, signal: AbortSignal, onAbort: () => void): void {
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unwatch.set(waiting, () => signal.removeEventListener('abort', onAbort));
  }

  /** The final word on one record; any later one is ignored. */
  settle(waiting: Waiting, outcome: RecordPosition | Error): void {
    if (waiting.settled) return;
    waiting.settled = true;
    waiting.record = null;
    this.#count--;
    this.#bytes -= waiting.bytes;
    this.#unwatch.get(waiting)?.();
    if (Error.isError(outcome)) waiting.reject(outcome);
    else waiting.resolve(outcome);
    const left = (this.#open.get(waiting.epoch) ?? 1) - 1;
    if (left > 0) this.#open.set(waiting.epoch, left);
    else {
      this.#open.delete(waiting.epoch);
      this.#tellWaiters();
    }
  }

  /** Resolves when everything admitted so far is settled. */
  drained(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    const upTo = this.#epoch++;
    return new Promise((done) => this.#waiters.push({ upTo, done }));
  }

  #tellWaiters(): void {
    const oldest = Math.min(...this.#open.keys());
    this.#waiters = this.#waiters.filter(({ upTo, done }) => {
      if (oldest <= upTo) return true;
      done();
      return false;
    });
  }
}
