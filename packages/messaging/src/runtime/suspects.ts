import { type Logger, names } from '@millrace/service';
import type { GroupMember, InboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { CodedError, deadLetter } from '../disposition.ts';
import { staleHeartbeat } from './fenced-signal.ts';
import type { Entry } from './partition-state.ts';
import type { PipelineSettings } from './settings.ts';
import { type Solitude, solitudeOfProcess } from './solitude.ts';
import { maxCrashes } from './tenure.ts';

/** So often one record may keep the event loop from running. */
export const maxBlocks = 3;
/** Places remembered; the oldest is forgotten first. */
const maxDoubts = 10_000;

export interface SuspectsOptions {
  readonly group: string;
  readonly clock: Clock;
  readonly solitude: Solitude;
  /** So long the loop must have stood still to be what made the heartbeat late, and not Kafka's silence. */
  readonly stallMs: () => number;
  /** Whether the heartbeat is late: nothing may act, and what runs is aborted. */
  readonly isFenced: () => boolean;
  /** When the coordinator last answered a heartbeat, on the monotonic clock. */
  readonly lastHeartbeatAt: () => number;
  /** Lets the group have the notes of the partitions; resolves also when it could not. */
  readonly commit: () => Promise<void>;
  /** Handlers may run side by side again. */
  readonly onOpen: () => void;
  readonly logger: Logger;
}

interface Doubt {
  /** Times that it surely was this record. */
  blocks: number;
  /** It may have been this one: it runs alone next time. */
  isSuspect: boolean;
}

/**
 * Whose handler keeps the event loop from running, so that heartbeats are not sent, everything in flight is aborted and
 * its partitions may go to another. What is aborted goes back uncounted, rightly: it did nothing. The one that did it must
 * be counted, or it would do it again for ever.
 *
 * - A handler's first part runs in our own call, and is measured: it was this record.
 * - Later parts run whenever what they wait for is there. After a standstill that is not explained, whatever was in flight
 *   is a suspect, uncounted, and runs alone the next time; a standstill then is its own.
 *
 * A handler that ends the process is the same kind; who finds it and how is with `Tenure`, whose trials run here.
 *
 * The same place is remembered over assignments and until its record is finished, so that a standstill which costs the
 * partition counts as well. A process that was frozen looks alike: what it was at then runs alone, and would have to be
 * frozen three times in the middle of the same record to be taken for the cause.
 */
export class Suspects {
  readonly #options: SuspectsOptions;
  readonly #doubts = new Map<string, Doubt>();
  /** Records whose handler answered with a promise, until nothing of them is under way any more. */
  readonly #open = new Set<Entry>();
  /** Since it was last looked. */
  readonly #abandoned: Entry[] = [];
  readonly #stopListening: () => void;
  #alone: Entry | null = null;
  #aloneSince = 0;
  #isTrial = false;
  /** When the next watch is due: the loop has run until then. */
  #dueAt = Number.POSITIVE_INFINITY;
  #heartbeatAt = Number.NEGATIVE_INFINITY;
  /** How long it stood still since the last heartbeat that was answered. */
  #lateMs = 0;
  #lateUntil = 0;

  constructor(options: SuspectsOptions) {
    this.#options = options;
    this.#stopListening = options.solitude.onOpen(options.onOpen);
  }

  /** Whether handlers may start beside others. */
  mayStart(): boolean {
    return this.#options.solitude.isOpen;
  }

  close(): void {
    this.#stopListening();
  }

  /** Whether it has to run alone. */
  isSuspect({ record, partition }: Entry): boolean {
    if (partition.tenure.isCareful) return true;
    return this.#doubts.size > 0 && this.#doubts.get(placeOf(record))?.isSuspect === true;
  }

  /** Why it must not be tried again; null when it may. */
  verdictOn({ record, partition }: Entry): CodedError | null {
    if (partition.tenure.crashesOf(record.offset) >= maxCrashes)
      return new CodedError(
        'X_HANDLER_CRASHED',
        `the process ended ${maxCrashes} times while the handler of this record ran and nothing else did; bound what one record may take, or find what ends the process`,
        { disposition: deadLetter },
      );
    if (this.#doubts.size === 0 || (this.#doubts.get(placeOf(record))?.blocks ?? 0) < maxBlocks) return null;
    return new CodedError(
      'X_HANDLER_BLOCKED',
      `the handler of this record kept the event loop from running for ${this.#options.stallMs()} ms or more, ${maxBlocks} times; bound the work that one record can cause`,
      { disposition: deadLetter },
    );
  }

  /** Calls when it has the process to itself. Returns how to take that back before; null when it has been called. */
  whenAlone(entry: Entry, run: () => void): (() => void) | null {
    const { solitude, clock, commit } = this.#options;
    let isWaiting = true;
    const cancel = solitude.wish(() => {
      isWaiting = false;
      this.#alone = entry;
      this.#aloneSince = clock.monotonic();
      const { tenure } = entry.partition;
      this.#isTrial = tenure.isCareful;
      if (this.#isTrial) {
        tenure.begin(entry.record.offset);
        void commit().then(run);
      } else run();
    });
    return isWaiting ? cancel : null;
  }

  started(entry: Entry): void {
    this.#open.add(entry);
    this.#options.solitude.started();
  }

  /** What was started has answered; more of it may follow. */
  ended(): void {
    this.#options.solitude.ended();
  }

  /** Its handler has answered, or it never came to that. */
  over(entry: Entry): void {
    if (this.#alone !== entry) return;
    this.#watch();
    const doubt = this.#doubts.get(placeOf(entry.record));
    // Cut short it has shown nothing.
    if (doubt?.blocks === 0 && entry.signal?.aborted !== true) doubt.isSuspect = false;
    this.#alone = null;
    const { solitude, commit } = this.#options;
    if (this.#isTrial) {
      // Before anything else may run: should that end the process, it was not this record.
      entry.partition.tenure.clear(entry.record.offset);
      void commit().then(() => solitude.over());
    } else solitude.over();
  }

  finished(entry: Entry): void {
    this.#open.delete(entry);
    entry.partition.tenure.clear(entry.record.offset);
    if (this.#doubts.size > 0) this.#doubts.delete(placeOf(entry.record));
  }

  /** Nothing of it is under way, and it is not finished. After a standstill that comes first, before it is looked at. */
  abandoned(entry: Entry): void {
    if (this.#open.delete(entry)) this.#abandoned.push(entry);
  }

  /** So long its own part of our call took. */
  ran(entry: Entry, ms: number): void {
    const { solitude, clock, stallMs, isFenced } = this.#options;
    if (ms < stallMs()) return;
    solitude.explainedUntil = clock.monotonic();
    if (entry.lane !== null && isFenced()) this.#blame(entry, ms);
  }

  /** Called again and again, next after so many milliseconds: how late that is shows how long the loop stood still. */
  watch(nextMs: number): void {
    this.#watch();
    this.#abandoned.length = 0;
    this.#dueAt = this.#options.clock.monotonic() + nextMs;
  }

  #watch(): void {
    const { solitude, clock, stallMs, isFenced, lastHeartbeatAt } = this.#options;
    const now = clock.monotonic();
    const heartbeatAt = lastHeartbeatAt();
    if (heartbeatAt !== this.#heartbeatAt) this.#lateMs = 0;
    this.#heartbeatAt = heartbeatAt;
    const aloneSince = this.#alone === null ? 0 : this.#aloneSince;
    const since = Math.max(this.#dueAt, this.#lateUntil, solitude.explainedUntil, aloneSince);
    this.#lateMs += Math.max(0, now - since);
    this.#lateUntil = now;
    const ms = this.#lateMs;
    if (ms < stallMs() || !isFenced()) return;
    this.#lateMs = 0;
    if (this.#alone !== null) {
      solitude.explainedUntil = now;
      this.#blame(this.#alone, ms);
      return;
    }
    for (const entry of [...this.#open, ...this.#abandoned]) this.#doubt(entry).isSuspect = true;
  }

  #blame(entry: Entry, ms: number): void {
    const { logger, group } = this.#options;
    const { topic, partition, offset } = entry.record;
    const doubt = this.#doubt(entry);
    doubt.blocks += 1;
    logger.error(
      { group, topic, partition, offset, ms: Math.round(ms), times: doubt.blocks },
      names.logs.pipeline.blocked,
    );
  }

  #doubt({ record }: Entry): Doubt {
    const place = placeOf(record);
    const known = this.#doubts.get(place);
    if (known !== undefined) return known;
    const doubt = { blocks: 0, isSuspect: false };
    this.#doubts.set(place, doubt);
    for (const oldest of this.#doubts.keys()) {
      if (this.#doubts.size <= maxDoubts) break;
      this.#doubts.delete(oldest);
    }
    return doubt;
  }
}

/** With its time, so that a topic that was made anew is another place. */
const placeOf = ({ topic, partition, offset, timestamp }: InboundRecord): string =>
  `${topic}/${partition}/${offset}@${timestamp}`;

export type OpenSuspectsOptions = Pick<SuspectsOptions, 'group' | 'clock' | 'commit' | 'onOpen' | 'logger'> & {
  readonly settings: Pick<PipelineSettings, 'heartbeatMarginMs'>;
  readonly member: () => GroupMember | null;
  readonly solitude: Solitude | undefined;
};

export function openSuspects({ member, settings, clock, solitude, ...options }: OpenSuspectsOptions): Suspects {
  const marginMs = settings.heartbeatMarginMs;
  return new Suspects({
    ...{ ...options, clock, solitude: solitude ?? solitudeOfProcess },
    stallMs: () => ((member()?.sessionTimeoutMs ?? Number.POSITIVE_INFINITY) - marginMs) / 2,
    isFenced: () => {
      const current = member();
      return current !== null && staleHeartbeat(current, marginMs, clock.monotonic()) !== null;
    },
    lastHeartbeatAt: () => member()?.lastHeartbeatAt() ?? Number.NEGATIVE_INFINITY,
  });
}
