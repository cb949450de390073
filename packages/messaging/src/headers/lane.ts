import type { HeaderPair, InboundRecord } from '../broker.ts';
import { firstFailureHeaderNames, firstFailureHeaders, readFirstFailure } from './dead-letter.ts';
import { copyHeaders } from './pairs.ts';
import { type ReplayFacts, replayHeaderNames, replayHeaders } from './replay.ts';
import { retryHeaderNames } from './retry.ts';

const replacedByLane = new Set([...replayHeaderNames, ...retryHeaderNames, ...firstFailureHeaderNames]);

/**
 * The headers of a record copied into `lane.<group>`: all of the original's, then the job's.
 * A dead letter keeps where it first stood; a record taken from a source topic gets its own position as origin.
 */
export function laneHeaders(record: InboundRecord, replay: ReplayFacts): HeaderPair[] {
  const first = readFirstFailure(record.headers) ?? {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    firstFailedAt: 0,
  };
  return copyHeaders(record.headers, replacedByLane, [...firstFailureHeaders(first), ...replayHeaders(replay)]);
}
