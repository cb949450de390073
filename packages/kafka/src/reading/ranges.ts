import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundRecord, PartitionRange } from '@millrace/messaging';
import { classifyClientFailure, clientError } from '../errors.ts';
import {
  type Cursor,
  earliest,
  type Fetched,
  type FetchLimits,
  type LogAccess,
  latest,
  partitionKey,
} from './log-access.ts';
import { mostTries, restAfterMs, unreadableBatch } from './unreadable-batch.ts';

export interface RangesOptions {
  readonly log: LogAccess;
  readonly limits: FetchLimits;
  /** Failures in a row after which reading is given up. */
  readonly tries: number;
}

interface RangeCursor extends Cursor {
  readonly to: number;
  /** In a row that the batch at its position could not be read. */
  damages: number;
}

/**
 * Reads the ranges and ends. The ends are clipped to the log as it is at the call, so a topic that grows never keeps it
 * alive. Closes its connection when the caller stops early.
 */
export async function* readRanges(
  ranges: readonly PartitionRange[],
  { log, limits, tries }: RangesOptions,
  signal?: AbortSignal,
): AsyncGenerator<InboundRecord, void, undefined> {
  const isAborted = (): boolean => signal?.aborted === true;
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    for (let tried = 1; ; tried++) {
      signal?.throwIfAborted();
      try {
        return await action();
      } catch (error) {
        signal?.throwIfAborted();
        const failure = classifyClientFailure(error);
        const mayPass = failure === 'unavailable' || failure === 'moved';
        if (!mayPass || tried >= tries) throw clientError('reading ranges of offsets', error);
        log.reset();
        await sleep(Math.min(100 * 2 ** tried, 2_000), undefined, signal === undefined ? {} : { signal });
      }
    }
  };
  /** Bytes may be damaged on their way; what is damaged where it stands ends the reading. */
  const restFor = async (fetched: readonly Fetched[]): Promise<void> => {
    let longest = 0;
    for (const { cursor, damage } of fetched) {
      const range = cursor as RangeCursor;
      range.damages = damage === null ? 0 : range.damages + 1;
      if (damage !== null && range.damages >= mostTries)
        throw unreadableBatch({ ...range, offset: range.position }, damage);
      longest = Math.max(longest, range.damages);
    }
    if (longest > 0) await sleep(restAfterMs(longest), undefined, signal === undefined ? {} : { signal });
  };
  const cut = (): void => log.close();
  signal?.addEventListener('abort', cut, { once: true });
  try {
    let open = await attempt(() => clip(ranges, log));
    while (open.length > 0) {
      const fetched = await attempt(() => log.fetch(open, limits));
      for (const { cursor, records, next, highWatermark, damage } of fetched) {
        const { to } = cursor as RangeCursor;
        for (const record of records) {
          if (isAborted()) signal?.throwIfAborted();
          if (record.offset < to) yield record;
        }
        // Nothing at all below the end of the log: it was deleted meanwhile, or only unsettled records are left.
        cursor.position = next === cursor.position && next >= highWatermark && damage === null ? to : next;
      }
      await restFor(fetched);
      open = open.filter(({ position, to }) => position < to);
    }
  } finally {
    signal?.removeEventListener('abort', cut);
    log.close();
  }
}

async function clip(ranges: readonly PartitionRange[], log: LogAccess): Promise<RangeCursor[]> {
  const [starts, ends] = await Promise.all([
    log.listOffsets(
      ranges.map(({ topic, partition }) => ({ topic, partition, at: earliest })),
      1,
    ),
    log.listOffsets(
      ranges.map(({ topic, partition }) => ({ topic, partition, at: latest })),
      1,
    ),
  ]);
  return ranges
    .map(({ topic, partition, from, to }) => {
      const key = partitionKey(topic, partition);
      return {
        topic,
        partition,
        position: Math.max(from, starts.get(key) ?? 0),
        to: Math.min(to, ends.get(key) ?? 0),
        damages: 0,
      };
    })
    .filter(({ position, to }) => position < to);
}
