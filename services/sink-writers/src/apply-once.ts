import type { AnySink, SinkDelivery, SinkResult } from '@millrace/connectors/kit/sink';
import { CodedError, deadLetter, type EffectStore, type KeyPlace } from '@millrace/messaging';
import { appliedOf } from '@millrace/resilience/outbound-error';
import type { Destination } from './destination.ts';

export interface ApplyOptions {
  readonly definition: Pick<AnySink, 'inDoubt' | 'deletions'>;
  readonly destination: Pick<Destination, 'write' | 'probe'>;
  readonly effects: EffectStore;
  /** False where the route says that the order of events does not matter: then each of them counts. */
  readonly isOrdered: boolean;
  /** Told when an effect was found started and not done, with what followed. */
  readonly onInDoubt: (resolution: InDoubtResolution) => void;
}

export const inDoubtResolutions = ['found', 'written-again', 'dead-lettered', 'superseded'] as const;
export type InDoubtResolution = (typeof inDoubtResolutions)[number];

export interface AppliedResult extends Omit<SinkResult, 'reason'> {
  /** Why nothing was written now although it is delivered; null when it was. */
  readonly reason: string | null;
}

/** Where a delivery stands among those of its key; null where source or route declare no order. */
function placeOf(
  { key, sequence, generation }: SinkDelivery,
  { isOrdered }: Pick<ApplyOptions, 'isOrdered'>,
): KeyPlace | null {
  return isOrdered && key !== '' ? { key, sequence, generation } : null;
}

/**
 * One effect per (route, event id), and none of an event that is older than what the route is done with.
 * Fresh: `started` is durable before the write, `done` after it. A crash in between leaves it in doubt, and the sink's
 * declaration says what follows. A failure that proves that nothing happened makes it fresh again.
 * Whatever the answer, it settles the key: an older event that comes back from a tier or the dead letters is superseded,
 * also where the newer one wrote nothing and left no mark at the destination.
 */
export async function applyOnce(
  delivery: SinkDelivery,
  isOperatorsWish: boolean,
  options: ApplyOptions,
  signal: AbortSignal,
): Promise<AppliedResult> {
  const { definition, destination, effects } = options;
  if (definition.inDoubt === 'transactional') return applyClaimed(delivery, options, signal);
  const { route, eventId } = delivery;
  const state = await effects.begin(route, eventId, placeOf(delivery, options), signal);
  if (state === 'done') return { outcome: 'delivered', destination: '', reason: 'delivered-before' };
  if (state === 'superseded') return newerSettled;
  if (state === 'in-doubt') {
    const resolution = await resolveDoubt(delivery, isOperatorsWish, options, signal);
    options.onInDoubt(resolution);
    if (resolution === 'dead-lettered') throw inDoubt();
    if (resolution === 'superseded') {
      await settle(delivery, options, signal);
      return newerSettled;
    }
    if (resolution === 'found') {
      await remember(delivery, 'found at the destination', options, signal);
      return { outcome: 'delivered', destination: '', reason: 'found-at-destination' };
    }
  }
  try {
    const result = await destination.write(await withEarlier(delivery, options, signal), signal);
    if (result.outcome === 'delivered') await remember(delivery, result.destination, options, signal);
    else await settle(delivery, options, signal);
    return withReason(result);
  } catch (error) {
    // What cannot be released stays in doubt, which costs a look at the destination and never a double.
    if (appliedOf(error) === 'no') await effects.release(route, eventId, unaborted(signal)).catch(() => undefined);
    throw error;
  }
}

/** What was given up before it was sent is released all the same. */
const unaborted = (signal: AbortSignal): AbortSignal =>
  signal.aborted ? AbortSignal.timeout(longestReleaseMs) : signal;
const longestReleaseMs = 1_000;

const withReason = (result: SinkResult): AppliedResult => ({ ...result, reason: result.reason ?? null });
const newerSettled: AppliedResult = { outcome: 'superseded', destination: '', reason: 'newer-settled' };

/**
 * A transactional sink claims inside its own write and guards its rows there. What its rows cannot know is a newer event
 * that the route's condition kept from them, and one whose row was deleted since: older ones must not bring it back.
 */
async function applyClaimed(
  delivery: SinkDelivery,
  options: ApplyOptions,
  signal: AbortSignal,
): Promise<AppliedResult> {
  if (await isOlder(delivery, options, signal)) return newerSettled;
  const result = await options.destination.write(delivery, signal);
  if (result.outcome !== 'superseded') await pass(delivery, options, signal);
  return withReason(result);
}

/** The route is done with it, and the ledger began nothing for it. */
export async function pass(
  delivery: SinkDelivery,
  options: Pick<ApplyOptions, 'effects' | 'isOrdered'>,
  signal: AbortSignal,
): Promise<void> {
  const place = placeOf(delivery, options);
  if (place !== null) await options.effects.settle(delivery.route, null, place, signal);
}

async function isOlder(delivery: SinkDelivery, options: ApplyOptions, signal: AbortSignal): Promise<boolean> {
  const place = placeOf(delivery, options);
  return place !== null && options.effects.isSuperseded(delivery.route, place, signal);
}

/** Nothing was written: asked again, the destination says the same or better, and what is older has nothing to say. */
async function settle(delivery: SinkDelivery, options: ApplyOptions, signal: AbortSignal): Promise<void> {
  const { effects } = options;
  const place = placeOf(delivery, options);
  if (place === null) await effects.release(delivery.route, delivery.eventId, signal);
  else await effects.settle(delivery.route, delivery.eventId, place, signal);
}

async function remember(
  { route, eventId, correlationid, entity, key, sequence, generation }: SinkDelivery,
  detail: string,
  { effects, definition }: ApplyOptions,
  signal: AbortSignal,
): Promise<void> {
  const note = { correlationid, entity, id: key, sequence, generation };
  await effects.done(route, eventId, { detail, note, isErasable: definition.deletions.permanent === 'erases' }, signal);
}

/** What has to go is at the destination under names that only the ledger still knows. */
async function withEarlier(
  delivery: SinkDelivery,
  { effects, definition }: ApplyOptions,
  signal: AbortSignal,
): Promise<SinkDelivery> {
  if (delivery.value.deletion?.kind !== 'permanent' || definition.deletions.permanent !== 'erases') return delivery;
  return { ...delivery, earlier: await effects.written(delivery.route, delivery.key, signal) };
}

/** What an earlier try that may have reached the destination comes to. What is older is not written again. */
async function resolveDoubt(
  delivery: SinkDelivery,
  isOperatorsWish: boolean,
  options: ApplyOptions,
  signal: AbortSignal,
): Promise<InDoubtResolution> {
  const { definition, destination } = options;
  if (definition.inDoubt === 'probe' && (await destination.probe(delivery, signal))) return 'found';
  if (await isOlder(delivery, options, signal)) return 'superseded';
  // Redriven by a person who has looked: that is the decision.
  return definition.inDoubt === 'dead-letter' && !isOperatorsWish ? 'dead-lettered' : 'written-again';
}

function inDoubt(): CodedError {
  return new CodedError('X_ROUTE_IN_DOUBT', 'An earlier try may have reached the destination', {
    disposition: deadLetter,
    step: 'effect',
  });
}
