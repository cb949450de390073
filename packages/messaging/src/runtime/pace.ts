import type { BrokerAdmin, TopicPartition } from '../broker.ts';
import type { CancelTimer, Clock } from '../clock.ts';

export interface PaceOptions {
  readonly admin: Pick<BrokerAdmin, 'describeTopics'>;
  /** Everything that the group reads. */
  readonly topics: readonly string[];
  readonly clock: Clock;
  /** A record may start that might not before. */
  readonly onDue: () => void;
}

/**
 * How many records a group starts per second, where an operator bounds that. Each member keeps to the part of the rate that
 * its partitions are of all: every partition has one owner, so the members together never exceed the rate, however many
 * there are, and none has to know of another. What a member with idle partitions leaves unused is lost to the others: the
 * rate is a bound, not a promise of speed.
 *
 * A bucket without a stock: it begins empty, so that a process which restarts again and again gains nothing by it, and holds
 * a tenth of a second's records (one at least).
 */
export interface Pace {
  /** Of the whole group, above 0; null for no bound. */
  set(ratePerSecond: number | null): void;
  /** Whose partitions they are from now on: ours. */
  assign(partitions: readonly TopicPartition[]): void;
  /** Whether a record may start at that time of the monotonic clock; where not, `onDue` follows. */
  isDue(now: number): boolean;
  /** One starts. */
  spend(): void;
  close(): void;
}

const stockMs = 100;
const askAgainMs = 1_000;
/** A whole record, less what summing up fractions may lose. */
const one = 1 - 1e-9;

export function createPace({ admin, topics, clock, onDue }: PaceOptions): Pace {
  let rate: number | null = null;
  let owned: ReadonlySet<number> = new Set();
  /** Of this member; 0 until it is known what part of the partitions it has. */
  let perMs = 0;
  let stock = 0;
  let filledAt = clock.monotonic();
  let question = 0;
  let cancelDue: CancelTimer | null = null;
  let cancelAsking: CancelTimer = () => undefined;

  const fill = (now: number): void => {
    stock = Math.min(Math.max(1, perMs * stockMs), stock + Math.max(0, now - filledAt) * perMs);
    filledAt = now;
  };
  const change = (part: number): void => {
    fill(clock.monotonic());
    perMs = ((rate ?? 0) * part) / 1_000;
    cancelDue?.();
    cancelDue = null;
    onDue();
  };
  /** A topic may have grown since: asked for each assignment. */
  const measure = (): void => {
    cancelAsking();
    question += 1;
    const asked = question;
    change(0);
    if (rate === null || owned.size === 0) return;
    admin.describeTopics(topics).then(
      (described) => {
        if (asked !== question) return;
        const counted = described.map(({ partitions }) => partitions);
        change(owned.size / Math.max(...counted, ...[...owned].map((index) => index + 1)));
      },
      () => {
        if (asked === question) cancelAsking = clock.after(askAgainMs, measure);
      },
    );
  };

  return {
    set(ratePerSecond) {
      if (ratePerSecond === rate) return;
      rate = ratePerSecond;
      measure();
    },
    assign(partitions) {
      owned = new Set(partitions.map(({ partition }) => partition));
      if (rate !== null) measure();
    },
    isDue(now) {
      if (rate === null) return true;
      fill(now);
      if (stock >= one) return true;
      if (perMs > 0)
        cancelDue ??= clock.after(Math.ceil((1 - stock) / perMs), () => {
          cancelDue = null;
          onDue();
        });
      return false;
    },
    spend() {
      if (rate !== null) stock -= 1;
    },
    close() {
      question += 1;
      rate = null;
      cancelDue?.();
      cancelAsking();
    },
  };
}
