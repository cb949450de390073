import type { HeaderPair } from '../broker.ts';
import { headerNumber, headerText, numberHeader, textHeader } from './pairs.ts';

/** What the replayer writes on a record that it puts into a group's lane. */
export interface ReplayFacts {
  readonly job: string;
  /** The `dlq.id` redriven, or `topic/partition/offset` of a range replay. */
  readonly of: string;
  /** `redrive`, or `discard`: not to be handled, only taken out of its key's line. */
  readonly mode: string;
  /** Redrives of this record so far, this one included. */
  readonly count: number;
  /** The job's own number where outputs should change; null keeps the record's, so outputs get the same ids. */
  readonly generation: number | null;
  /** SHA-256 of the original value, when an operator edited it. */
  readonly edited: string | null;
  readonly actor: string | null;
}

export const replayHeaderNames: ReadonlySet<string> = new Set([
  'replay.job',
  'replay.of',
  'replay.mode',
  'replay.count',
  'replay.generation',
  'replay.edited',
  'replay.actor',
]);

export function replayHeaders(facts: ReplayFacts): HeaderPair[] {
  const headers = [
    textHeader('replay.job', facts.job),
    textHeader('replay.of', facts.of),
    textHeader('replay.mode', facts.mode),
    numberHeader('replay.count', facts.count),
  ];
  if (facts.generation !== null) headers.push(numberHeader('replay.generation', facts.generation));
  if (facts.edited !== null) headers.push(textHeader('replay.edited', facts.edited));
  if (facts.actor !== null) headers.push(textHeader('replay.actor', facts.actor));
  return headers;
}

/** Null when no job sent this record. */
export function readReplay(headers: readonly HeaderPair[]): ReplayFacts | null {
  const job = headerText(headers, 'replay.job');
  if (job === null) return null;
  return {
    job,
    of: headerText(headers, 'replay.of') ?? '',
    mode: headerText(headers, 'replay.mode') ?? 'redrive',
    count: headerNumber(headers, 'replay.count') ?? 0,
    generation: headerNumber(headers, 'replay.generation'),
    edited: headerText(headers, 'replay.edited'),
    actor: headerText(headers, 'replay.actor'),
  };
}
