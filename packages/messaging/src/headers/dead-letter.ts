import type { HeaderPair } from '../broker.ts';
import type { Step } from '../disposition.ts';
import type { Origin } from '../envelope.ts';
import type { HeldPlace } from '../stores.ts';
import { headerNumber, headerText, headerTime, internedText, numberHeader, textHeader } from './pairs.ts';

/** Bounded, for grouping; the code says exactly what happened. */
export const errorClasses = [
  'TRANSIENT_EXHAUSTED',
  'POISON',
  'INVALID',
  'REJECTED',
  'MODEL_OUTPUT',
  'BUDGET',
  'BUG',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

/** Where a failing record first stood and when it first failed: written once, kept by every later copy. */
export interface FirstFailure extends Origin {
  readonly firstFailedAt: number;
}

/** Everything a dead letter says of its failure. The last failure replaces the one before; the first stays in `first`. */
export interface DeadLetterFacts {
  readonly id: string;
  readonly group: string;
  readonly service: string;
  readonly version: string;
  readonly step: Step;
  readonly first: FirstFailure;
  readonly errorClass: ErrorClass;
  readonly errorCode: string;
  readonly errorType: string;
  /** At most 1 KiB, redacted. */
  readonly errorMessage: string;
  /** At most 4 KiB; only for failures nobody foresaw. */
  readonly errorStack: string | null;
  readonly fingerprint: string;
  /** Deliveries to the handler so far, redrives included. */
  readonly attempts: number;
  readonly lastFailedAt: number;
  readonly keySchemaId: number | null;
  readonly valueSchemaId: number | null;
}

const firstNames = ['dlq.topic', 'dlq.partition', 'dlq.offset', 'dlq.timestamp', 'dlq.first-failed-at'] as const;
export const firstFailureHeaderNames: ReadonlySet<string> = new Set(firstNames);
export const deadLetterHeaderNames: ReadonlySet<string> = new Set([
  ...firstNames,
  'dlq.id',
  'dlq.group',
  'dlq.service',
  'dlq.version',
  'dlq.step',
  'dlq.error-class',
  'dlq.error-code',
  'dlq.error-type',
  'dlq.error-message',
  'dlq.error-stack',
  'dlq.fingerprint',
  'dlq.attempts',
  'dlq.last-failed-at',
  'dlq.key-schema-id',
  'dlq.value-schema-id',
  'dlq.hold',
  'dlq.held-at',
]);

export function firstFailureHeaders(first: FirstFailure): HeaderPair[] {
  return [
    ['dlq.topic', internedText(first.topic)],
    ['dlq.partition', internedText(String(first.partition))],
    numberHeader('dlq.offset', first.offset),
    numberHeader('dlq.timestamp', first.timestamp),
    numberHeader('dlq.first-failed-at', first.firstFailedAt),
  ];
}

/** What Kafka numbers partitions with. */
const mostPartitions = 2 ** 31;

/** Null when this record never failed before, or what it says of that names no place in a log. */
export function readFirstFailure(headers: readonly HeaderPair[]): FirstFailure | null {
  const topic = headerText(headers, 'dlq.topic');
  const partition = headerNumber(headers, 'dlq.partition');
  const offset = headerNumber(headers, 'dlq.offset');
  if (topic === null || partition === null || partition >= mostPartitions || offset === null) return null;
  return {
    topic,
    partition,
    offset,
    timestamp: headerTime(headers, 'dlq.timestamp') ?? 0,
    firstFailedAt: headerNumber(headers, 'dlq.first-failed-at') ?? 0,
  };
}

export function deadLetterHeaders(facts: DeadLetterFacts): HeaderPair[] {
  const headers: HeaderPair[] = [
    textHeader('dlq.id', facts.id),
    ['dlq.group', internedText(facts.group)],
    ['dlq.service', internedText(facts.service)],
    ['dlq.version', internedText(facts.version)],
    ['dlq.step', internedText(facts.step)],
    ...firstFailureHeaders(facts.first),
    ['dlq.error-class', internedText(facts.errorClass)],
    ['dlq.error-code', internedText(facts.errorCode)],
    ['dlq.error-type', internedText(facts.errorType)],
    textHeader('dlq.error-message', facts.errorMessage),
  ];
  if (facts.errorStack !== null) headers.push(textHeader('dlq.error-stack', facts.errorStack));
  headers.push(
    textHeader('dlq.fingerprint', facts.fingerprint),
    numberHeader('dlq.attempts', facts.attempts),
    numberHeader('dlq.last-failed-at', facts.lastFailedAt),
  );
  if (facts.keySchemaId !== null) headers.push(numberHeader('dlq.key-schema-id', facts.keySchemaId));
  if (facts.valueSchemaId !== null) headers.push(numberHeader('dlq.value-schema-id', facts.valueSchemaId));
  return headers;
}

/** Of a dead letter whose key is held: which line it stands in, and where. */
export function heldHeaders({ hold, at }: HeldPlace): HeaderPair[] {
  return [textHeader('dlq.hold', hold), numberHeader('dlq.held-at', at)];
}

/** Null when its key is not held. */
export function readHeldPlace(headers: readonly HeaderPair[]): HeldPlace | null {
  const hold = headerText(headers, 'dlq.hold');
  const at = headerNumber(headers, 'dlq.held-at');
  return hold === null || at === null ? null : { hold, at };
}

const steps: readonly Step[] = ['decode', 'validate', 'handle', 'effect', 'produce'];

/** Null when the record is no dead letter of ours. Total: a missing fact reads as empty or zero. */
export function readDeadLetter(headers: readonly HeaderPair[]): DeadLetterFacts | null {
  const id = headerText(headers, 'dlq.id');
  const first = readFirstFailure(headers);
  if (id === null || first === null) return null;
  const text = (name: string): string => headerText(headers, name) ?? '';
  const step = text('dlq.step');
  const errorClass = text('dlq.error-class');
  return {
    id,
    group: text('dlq.group'),
    service: text('dlq.service'),
    version: text('dlq.version'),
    step: steps.find((known) => known === step) ?? 'handle',
    first,
    errorClass: errorClasses.find((known) => known === errorClass) ?? 'BUG',
    errorCode: text('dlq.error-code'),
    errorType: text('dlq.error-type'),
    errorMessage: text('dlq.error-message'),
    errorStack: headerText(headers, 'dlq.error-stack'),
    fingerprint: text('dlq.fingerprint'),
    attempts: headerNumber(headers, 'dlq.attempts') ?? 0,
    lastFailedAt: headerNumber(headers, 'dlq.last-failed-at') ?? 0,
    keySchemaId: headerNumber(headers, 'dlq.key-schema-id'),
    valueSchemaId: headerNumber(headers, 'dlq.value-schema-id'),
  };
}
