import type { RecordPosition, TopicPartition } from '@millrace/messaging';
import { OperatorError } from '../errors.ts';

/** One partition that a group reads, and how it stands there. */
export interface SeekPartition extends TopicPartition {
  readonly earliest: number;
  /** The offset the next record will get. */
  readonly latest: number;
  /** The next offset that the group will read; null where it has none. */
  readonly committed: number | null;
  /** Offsets at or above that, which it has finished all the same. */
  readonly finished: ReadonlySet<number>;
  /** Of a retry or lane topic: nobody else reads it. */
  readonly isOwn: boolean;
}

/** Where an operator wants a group to go on. */
export interface SeekWish {
  /** For a time: the first offset written at or after it, of each partition. */
  readonly to?: 'earliest' | 'latest' | readonly RecordPosition[] | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly positions?: readonly RecordPosition[] | undefined;
}

/** One partition that is set. */
export interface SeekMove extends TopicPartition {
  readonly from: number | null;
  readonly to: number;
  /** Done, and read again. */
  readonly again: number;
  /** Not done, and passed over. */
  readonly skipped: number;
  /** Deleted before it was read. */
  readonly gone: number;
}

export interface PlannedSeek {
  /** Every partition that is to stand somewhere, also where it stands there already. */
  readonly targets: readonly RecordPosition[];
  /** Those that are somewhere else. */
  readonly moves: readonly SeekMove[];
}

/**
 * What setting a group's offsets would do. Beside what is wished, a partition where the group cannot go on by itself is put at
 * its oldest record: an offset that the log does not have, or none at all where the log has lost its beginning. Otherwise the
 * pipeline would halt again. Pure; throws `X_PIPELINE_SEEK`.
 */
export function planSeek(partitions: readonly SeekPartition[], wish: SeekWish): PlannedSeek {
  const wanted = wish.positions === undefined ? targetsOf(partitions, wish) : named(partitions, wish.positions);
  const planned = partitions.flatMap((one) => {
    const to = wanted.get(nameOf(one)) ?? (isLost(one) ? one.earliest : null);
    return to === null ? [] : [{ one, to }];
  });
  return {
    targets: planned.map(({ one: { topic, partition }, to }) => ({ topic, partition, offset: to })),
    moves: planned.filter(({ one, to }) => to !== one.committed).map(({ one, to }) => moveOf(one, to)),
  };
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const isLost = ({ committed, earliest, latest }: SeekPartition): boolean =>
  committed === null ? earliest > 0 : committed < earliest || committed > latest;

function targetsOf(
  partitions: readonly SeekPartition[],
  { to, topic, partition }: SeekWish,
): ReadonlyMap<string, number> {
  if (to === undefined) throw wrong('say where to go on: `to`, or `positions`');
  const chosen = partitions.filter(
    (one) =>
      (topic === undefined ? !one.isOwn : one.topic === topic) &&
      (partition === undefined || one.partition === partition),
  );
  if (chosen.length === 0) throw wrong(`${where(topic, partition)} is nothing that this pipeline reads`);
  const times = typeof to === 'string' ? null : new Map(to.map((one) => [nameOf(one), one.offset]));
  return new Map(
    chosen.map((one) => {
      const wanted = times === null ? (to === 'earliest' ? one.earliest : one.latest) : times.get(nameOf(one));
      return [nameOf(one), Math.max(one.earliest, wanted ?? one.latest)];
    }),
  );
}

function named(
  partitions: readonly SeekPartition[],
  positions: readonly RecordPosition[],
): ReadonlyMap<string, number> {
  const known = new Map(partitions.map((one) => [nameOf(one), one]));
  const wanted = new Map<string, number>();
  for (const position of positions) {
    const name = nameOf(position);
    const one = known.get(name);
    if (one === undefined) throw wrong(`${name} is nothing that this pipeline reads`);
    if (wanted.has(name)) throw wrong(`${name} is named twice`);
    if (!Number.isSafeInteger(position.offset) || position.offset < one.earliest || position.offset > one.latest)
      throw wrong(`${name} has offsets from ${one.earliest} to its end at ${one.latest}, not ${position.offset}`);
    wanted.set(name, position.offset);
  }
  return wanted;
}

function moveOf({ topic, partition, earliest, latest, committed, finished }: SeekPartition, to: number): SeekMove {
  const next = Math.min(Math.max(committed ?? earliest, earliest), latest);
  const between = [...finished].filter((offset) => offset < to).length;
  return {
    ...{ topic, partition, from: committed, to },
    again: to < next ? next - to + finished.size : finished.size - between,
    skipped: to > next ? to - next - between : 0,
    gone: committed === null ? 0 : Math.max(0, Math.min(earliest, latest) - committed),
  };
}

const where = (topic: string | undefined, partition: number | undefined): string =>
  `${topic ?? 'the pipeline’s own input'}${partition === undefined ? '' : `/${partition}`}`;

const wrong = (detail: string): OperatorError => new OperatorError('X_PIPELINE_SEEK', 422, detail);
