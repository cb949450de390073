import type { InboundRecord, OutboundRecord } from '../broker.ts';
import type { Origin } from '../envelope.ts';
import {
  deadLetterHeaderNames,
  deadLetterHeaders,
  firstFailureHeaderNames,
  firstFailureHeaders,
  readFirstFailure,
} from '../headers/dead-letter.ts';
import { copyHeaders, headerNumber } from '../headers/pairs.ts';
import type { ReplayFacts } from '../headers/replay.ts';
import { type RetryFacts, retryHeaderNames, retryHeaders } from '../headers/retry.ts';
import { deadLetterId } from '../ids.ts';
import { errorClassOf, type Failure, fingerprintOf } from './failure.ts';

/** A copy needs no schema and decodes nothing: key and value bytes, header order, repeats and nulls stay as they are. */
export interface CopyContext {
  readonly record: InboundRecord;
  /** A stranger's own `retry.` or `dlq.` headers on a source record are not our facts. */
  readonly isOurs: boolean;
  readonly origin: Origin;
  readonly now: number;
}

export interface DeadLetterContext extends CopyContext {
  readonly group: string;
  readonly service: string;
  readonly version: string;
  readonly failure: Failure;
  /** Deliveries to the handler in this round: tiers passed and this one. */
  readonly deliveries: number;
  readonly replay: ReplayFacts | null;
}

const replacedByTier = new Set([...retryHeaderNames, ...firstFailureHeaderNames]);
const replacedByDeadLetter = new Set([...retryHeaderNames, ...deadLetterHeaderNames]);

export function tierCopy(topic: string, context: CopyContext, facts: RetryFacts): OutboundRecord {
  const { record } = context;
  return {
    topic,
    // Not by key: a tier, its source and the lane share an index, and one member has all of an index.
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: copyHeaders(record.headers, replacedByTier, [
      ...firstFailureHeaders({ ...context.origin, firstFailedAt: firstFailedAt(context) }),
      ...retryHeaders(facts),
    ]),
  };
}

export function deadLetterCopy(topic: string, context: DeadLetterContext): OutboundRecord {
  const { record, failure, origin, replay } = context;
  const earlier = context.isOurs ? (headerNumber(record.headers, 'dlq.attempts') ?? 0) : 0;
  const facts = deadLetterHeaders({
    id: deadLetterId(context.group, origin, replay?.count ?? 0),
    group: context.group,
    service: context.service,
    version: context.version,
    step: failure.step,
    first: { ...origin, firstFailedAt: firstFailedAt(context) },
    errorClass: errorClassOf(failure),
    errorCode: failure.code,
    errorType: failure.type,
    errorMessage: failure.message,
    errorStack: failure.stack,
    fingerprint: fingerprintOf(failure),
    attempts: earlier + context.deliveries,
    lastFailedAt: context.now,
    keySchemaId: schemaId(record.key),
    valueSchemaId: schemaId(record.value),
  });
  return {
    topic,
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: copyHeaders(record.headers, replacedByDeadLetter, facts),
  };
}

/** Epoch milliseconds; now for one that has not failed before. */
export function firstFailedAt({ record, isOurs, now }: CopyContext): number {
  const stated = isOurs ? readFirstFailure(record.headers)?.firstFailedAt : undefined;
  // A range replay writes 0: the record never failed before.
  return stated === undefined || stated === 0 ? now : stated;
}

/** Confluent's wire format: a zero byte, then the id. */
function schemaId(bytes: Buffer | null): number | null {
  return bytes !== null && bytes.length >= 5 && bytes[0] === 0 ? bytes.readUInt32BE(1) : null;
}
