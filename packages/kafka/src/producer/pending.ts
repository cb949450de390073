import type { DeliveryReport, OutboundRecord, RecordPosition } from '@millrace/messaging';
import { abandoned, bufferFull } from './failures.ts';
import type { Waiting } from './lane.ts';

/** The records that came with one signal: thousands may share it, and listen to it once. */
interface Watch {
  records: number;
  readonly tell: () => void;
}

/** Every record that has no final word yet: counts them, bounds their bytes, tells when those of a moment are through. */
export class PendingRecords {
  readonly #limitBytes: number;
  readonly #onFailed: (error: Error) => void;
  readonly #open = new Map<number, number>();
  readonly #watches = new Map<AbortSignal, Watch>();
  #waiters: { readonly upTo: number; readonly done: () => void }[] = [];
  #epoch = 0;
  #count = 0;
  #bytes = 0;

  constructor(limitBytes: number, onFailed: (error: Error) => void = () => undefined) {
    this.#limitBytes = limitBytes;
    this.#onFailed = onFailed;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws when the bytes do not fit. */
  admit(record: OutboundRecord, bytes: number, deadline: number, report: DeliveryReport): Waiting {
    if (this.#bytes + bytes > this.#limitBytes) {
      const full = bufferFull(this.#bytes, this.#limitBytes);
      this.#onFailed(full);
      throw full;
    }
    this.#count++;
    this.#bytes += bytes;
    this.#open.set(this.#epoch, (this.#open.get(this.#epoch) ?? 0) + 1);
    return {
      record,
      topic: record.topic,
      bytes,
      deadline,
      epoch: this.#epoch,
      maybeWritten: false,
      settled: false,
      signal: null,
      report,
    };
  }

  /** Calls back once, when the signal aborts while a record that came with it is not settled. */
  watch(waiting: Waiting, signal: AbortSignal, onAbort: (signal: AbortSignal) => void): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const tell = (): void => onAbort(signal);
      watch = { records: 0, tell };
      this.#watches.set(signal, watch);
      signal.addEventListener('abort', tell, { once: true });
    }
    watch.records += 1;
    waiting.signal = signal;
  }

  /**
   * Which of what has not left may leave now; what may not is settled. A signal may have its answer only when it is asked:
   * that of a process which was frozen and wakes up has it before any timer had its turn. Each is asked once in a row of
   * its records.
   */
  leaving(): (waiting: Waiting) => boolean {
    let asked: AbortSignal | null = null;
    let isGone = false;
    return (waiting) => {
      const { settled, signal, topic, maybeWritten } = waiting;
      if (settled || signal === null) return !settled;
      if (signal !== asked) {
        asked = signal;
        isGone = signal.aborted;
      }
      if (isGone) this.settle(waiting, abandoned(topic, maybeWritten, signal));
      return !isGone;
    };
  }

  #unwatch(signal: AbortSignal): void {
    const watch = this.#watches.get(signal);
    if (watch === undefined || --watch.records > 0) return;
    signal.removeEventListener('abort', watch.tell);
    this.#watches.delete(signal);
  }

  /** The final word on one record; any later one is ignored. */
  settle(waiting: Waiting, outcome: RecordPosition | Error): void {
    if (waiting.settled) return;
    waiting.settled = true;
    waiting.record = null;
    this.#count--;
    this.#bytes -= waiting.bytes;
    if (waiting.signal !== null) this.#unwatch(waiting.signal);
    const left = (this.#open.get(waiting.epoch) ?? 1) - 1;
    if (left > 0) this.#open.set(waiting.epoch, left);
    else {
      this.#open.delete(waiting.epoch);
      this.#tellWaiters();
    }
    if (Error.isError(outcome)) {
      this.#onFailed(outcome);
      waiting.report.onFailed(outcome);
    } else waiting.report.onAcknowledged(outcome);
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
