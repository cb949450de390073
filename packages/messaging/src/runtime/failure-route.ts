import { groupTopics } from '@millrace/contracts';
import type { OutboundRecord } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { Tier } from '../headers/retry.ts';
import type { OnFailure } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { deadLetterCopy, firstFailedAt, tierCopy } from './copies.ts';
import { type Failure, keyHeld } from './failure.ts';
import type { Arrival } from './inbound.ts';
import { replayAck } from './outputs.ts';
import type { Entry } from './partition-state.ts';
import { placeFailure } from './placement.ts';
import type { PipelineSettings } from './settings.ts';

/** What follows a try that failed and counted. */
export type FailureRoute =
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'halt' }
  | FailureCopy;

export interface FailureCopy {
  readonly kind: 'copy';
  readonly outcome: 'retried' | 'dead_lettered';
  readonly tier: Tier | null;
  readonly copy: OutboundRecord;
  /** For the job of a redriven record; true only once the copy stands. */
  readonly ack: OutboundRecord | null;
}

export interface FailureRouteOptions {
  readonly group: string;
  readonly onFailure: OnFailure;
  readonly service: string;
  readonly version: string;
  readonly serde: Serde;
  readonly settings: PipelineSettings;
  readonly clock: Clock;
  readonly random: () => number;
}

export type RouteFailure = (entry: Entry, arrival: Arrival, failure: Failure, eventId: string | null) => FailureRoute;

/** Places a failure and writes the copies it needs; sends nothing. */
export function createFailureRoute(options: FailureRouteOptions): RouteFailure {
  const { group, onFailure, service, version, serde, settings, clock, random } = options;
  const { retry, dlq } = groupTopics(group);
  /** Since when each is tried in place; only of pipelines that do. */
  const blockedSince = new WeakMap<Entry, number>();

  const blockedMs = (entry: Entry): number => {
    if (onFailure === 'tiers') return 0;
    const now = clock.monotonic();
    const since = blockedSince.get(entry) ?? now;
    blockedSince.set(entry, since);
    return now - since;
  };

  return (entry, arrival, failure, eventId) => {
    const { through, attempt, origin, replay } = arrival;
    const now = clock.now();
    const { tries, slot, partition } = entry;
    const holdsUp = partition.isWindowFull && partition.tracker.isHead(slot);
    const copied = { record: entry.record, isOurs: through !== 'source', origin, now };
    const failingMs = now - firstFailedAt(copied);
    const tried = { failure, through, attempt, tries, holdsUp, onFailure, blockedMs: blockedMs(entry), failingMs };
    const placement = placeFailure(tried, settings, now, random);
    if (placement.kind === 'again' || placement.kind === 'halt') return placement;
    if (placement.kind === 'tier') {
      const { tier } = placement;
      return { kind: 'copy', outcome: 'retried', tier, copy: tierCopy(retry[tier], copied, placement), ack: null };
    }
    const deliveries = failure.code === keyHeld.code ? attempt : attempt + 1;
    const copy = deadLetterCopy(dlq, { ...copied, group, service, version, failure, deliveries, replay });
    const verdict = { group, outcome: 'failed-again', code: failure.code, eventId, at: now };
    const ack = replay === null ? null : replayAck(serde, replay, verdict);
    return { kind: 'copy', outcome: 'dead_lettered', tier: null, copy, ack };
  };
}
