import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimResult, Claims } from '@millrace/ledger';
import type { RecordPosition } from '@millrace/messaging';
import { type Logger, names, type ReadinessState } from '@millrace/service';
import { type Refusal, shed } from './outcome.ts';

/** One event on its way in, proven and named. */
export interface Delivery {
  /** Scope of the identity: a source instance, or a client and its entity. */
  readonly source: string;
  /** What makes a repetition the same. A fresh id where the sender gave nothing to go by: claimed too, so that the event can be traced. */
  readonly identity: string;
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Digest of the body, where another body under the same identity is a conflict and not a repetition. */
  readonly digest?: string;
  /** Writes the record; resolves when it is safe. Called at most once. */
  readonly write: (dedupe: 'checked' | 'unknown') => Promise<RecordPosition>;
}

export type Taken =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'duplicate'; readonly eventId: string }
  /** The identity was used for another body before. */
  | { readonly kind: 'conflict' };

export interface IntakeOptions {
  readonly claims: Pick<Claims, 'claim' | 'complete' | 'release'>;
  /** What the ledger's last statement found: while it is away nobody waits for it. */
  readonly ledgerReadiness: () => ReadinessState;
  /** How long a twin waits for the first before it is sent away. */
  readonly twinWaitMs: number;
  /** How long a claim may take before the event is accepted without. */
  readonly claimTimeoutMs: number;
  readonly logger: Logger;
}

/**
 * Takes each event once. The claim is made before the record is written and completed after: a crash between leaves a
 * lease that ends, and the sender's repetition is written under the same id. Without the ledger events are taken all
 * the same, because duplicating beats dropping.
 */
export interface Intake {
  /**
   * Goes on when its caller stops waiting: the record may still become safe, and then a repetition is a duplicate.
   * Rejects with a `Refusal`.
   */
  take(delivery: Delivery): Promise<Taken>;
  /** Resolves when nothing taken is on its way any more. */
  idle(): Promise<void>;
}

const pollMs = 40;

export function createIntake(options: IntakeOptions): Intake {
  const { claims, logger } = options;
  const running = new Map<string, { readonly outcome: Promise<Taken>; readonly digest: string | undefined }>();
  const background = new Set<Promise<unknown>>();

  const inBackground = (work: Promise<unknown>): void => {
    const settled = work
      .catch((error: unknown) => logger.debug({ err: error }, names.logs.gateway.dedupeUnavailable))
      .finally(() => background.delete(settled));
    background.add(settled);
  };

  const claimed = async (delivery: Delivery): Promise<ClaimResult | { readonly kind: 'unknown' }> => {
    const { source, identity, eventId, receivedAt, digest } = delivery;
    if (!options.ledgerReadiness().ok) return { kind: 'unknown' };
    const request = { source, identity, eventId, receivedAt, ...(digest === undefined ? {} : { digest }) };
    try {
      return await claims.claim(request, AbortSignal.timeout(options.claimTimeoutMs));
    } catch (error) {
      logger.warn({ err: error, eventId }, names.logs.gateway.dedupeUnavailable);
      return { kind: 'unknown' };
    }
  };

  const takeOnce = async (delivery: Delivery): Promise<Taken> => {
    const { eventId, digest } = delivery;
    let claim = await claimed(delivery);
    // Another process holds it, or one that died held it and its lease is not over.
    for (let waited = 0; claim.kind === 'in-flight' && waited < options.twinWaitMs; waited += pollMs) {
      await sleep(pollMs);
      claim = await claimed(delivery);
    }
    if (claim.kind === 'in-flight') throw twinInFlight();
    if (claim.kind === 'duplicate') {
      if (digest !== undefined && claim.digest !== null && claim.digest !== digest) return { kind: 'conflict' };
      return { kind: 'duplicate', eventId: claim.eventId };
    }
    const holdsClaim = claim.kind === 'new';
    try {
      const position = await delivery.write(holdsClaim ? 'checked' : 'unknown');
      if (holdsClaim) inBackground(claims.complete(eventId, position));
      return { kind: 'accepted' };
    } catch (error) {
      if (holdsClaim) inBackground(claims.release(eventId));
      throw error;
    }
  };

  const shareWith = async (
    first: { readonly outcome: Promise<Taken>; readonly digest: string | undefined },
    twin: Delivery,
  ): Promise<Taken> => {
    const waiting = new AbortController();
    const late = sleep(options.twinWaitMs, 'late' as const, { signal: waiting.signal }).catch(() => 'late' as const);
    try {
      const outcome = await Promise.race([first.outcome, late]);
      if (outcome === 'late') throw twinInFlight();
      // Another body under the same identity has an outcome of its own.
      if (twin.digest !== first.digest) return take(twin);
      if (outcome.kind === 'conflict') return outcome;
      return { kind: 'duplicate', eventId: outcome.kind === 'duplicate' ? outcome.eventId : twin.eventId };
    } finally {
      waiting.abort();
    }
  };

  const take = (delivery: Delivery): Promise<Taken> => {
    const first = running.get(delivery.eventId);
    if (first !== undefined) return shareWith(first, delivery);
    const outcome = takeOnce(delivery).finally(() => running.delete(delivery.eventId));
    running.set(delivery.eventId, { outcome, digest: delivery.digest });
    return outcome;
  };

  return {
    take,
    async idle() {
      while (running.size + background.size > 0) {
        await Promise.allSettled([...[...running.values()].map(({ outcome }) => outcome), ...background]);
      }
    },
  };
}

/** Waits for an event no longer than its sender does. The event itself goes on. */
export function beforeDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(shed('X_GATEWAY_DEADLINE', 'the event is not acknowledged yet; send it again'));
    const timer = setTimeout(late, Math.max(0, deadlineMs));
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function twinInFlight(): Refusal {
  return shed('X_GATEWAY_TWIN', 'the same event is being accepted right now');
}
