import type { AnySink, SinkDelivery, SinkResult } from '@millrace/connectors/sink';
import { CodedError, deadLetter, type EffectStore } from '@millrace/messaging';
import { appliedOf } from '@millrace/resilience/outbound-error';
import type { Destination } from './destination.ts';

export interface ApplyOptions {
  readonly definition: Pick<AnySink, 'inDoubt'>;
  readonly destination: Pick<Destination, 'write' | 'probe'>;
  readonly effects: EffectStore;
  /** Told when an effect was found started and not done, with what followed. */
  readonly onInDoubt: (resolution: InDoubtResolution) => void;
}

export type InDoubtResolution = 'found' | 'written-again' | 'dead-lettered';

export interface AppliedResult extends Omit<SinkResult, 'reason'> {
  /** Why nothing was written now although it is delivered; null when it was. */
  readonly reason: string | null;
}

/**
 * One effect per (route, event id).
 * Fresh: `started` is durable before the write, `done` after it. A crash in between leaves it in doubt, and the sink's
 * declaration says what follows. A failure that proves that nothing happened makes it fresh again.
 * A transactional sink claims inside its own write, so there is nothing to remember here.
 */
export async function applyOnce(
  delivery: SinkDelivery,
  isOperatorsWish: boolean,
  { definition, destination, effects, onInDoubt }: ApplyOptions,
  signal: AbortSignal,
): Promise<AppliedResult> {
  if (definition.inDoubt === 'transactional') return withReason(await destination.write(delivery, signal));
  const { route, eventId } = delivery;
  const state = await effects.begin(route, eventId, signal);
  if (state === 'done') return { outcome: 'delivered', destination: '', reason: 'delivered-before' };
  if (state === 'in-doubt') {
    const isThere = await settleDoubt(
      delivery,
      isOperatorsWish,
      { definition, destination, effects, onInDoubt },
      signal,
    );
    if (isThere) {
      await remember(delivery, 'found at the destination', effects, signal);
      return { outcome: 'delivered', destination: '', reason: 'found-at-destination' };
    }
  }
  try {
    const result = await destination.write(delivery, signal);
    if (result.outcome === 'delivered') await remember(delivery, result.destination, effects, signal);
    // Nothing was written, so there is nothing to remember: asked again, the destination says the same or better.
    else await effects.release(route, eventId, signal);
    return withReason(result);
  } catch (error) {
    // What cannot be released stays in doubt, which costs a look at the destination and never a double.
    if (appliedOf(error) === 'no') await effects.release(route, eventId, signal).catch(() => undefined);
    throw error;
  }
}

const withReason = (result: SinkResult): AppliedResult => ({ ...result, reason: result.reason ?? null });

async function remember(
  { route, eventId, correlationid, entity, key, sequence, generation }: SinkDelivery,
  detail: string,
  effects: EffectStore,
  signal: AbortSignal,
): Promise<void> {
  await effects.done(
    route,
    eventId,
    { detail, note: { correlationid, entity, id: key, sequence, generation } },
    signal,
  );
}

/** True when the effect is at the destination already. */
async function settleDoubt(
  delivery: SinkDelivery,
  isOperatorsWish: boolean,
  { definition, destination, onInDoubt }: ApplyOptions,
  signal: AbortSignal,
): Promise<boolean> {
  switch (definition.inDoubt) {
    case 'probe': {
      const isThere = await destination.probe(delivery, signal);
      onInDoubt(isThere ? 'found' : 'written-again');
      return isThere;
    }
    case 'transactional':
    case 'repeat':
      onInDoubt('written-again');
      return false;
    case 'dead-letter': {
      // Redriven by a person who has looked: that is the decision.
      if (isOperatorsWish) {
        onInDoubt('written-again');
        return false;
      }
      onInDoubt('dead-lettered');
      throw new CodedError('X_ROUTE_IN_DOUBT', 'An earlier try may have reached the destination', {
        disposition: deadLetter,
        step: 'effect',
      });
    }
  }
}
