import type { AnySink, SinkContext, SinkDelivery } from '@millrace/connectors/kit/sink';
import type { EffectStore } from '@millrace/messaging';
import { createBulkhead, createRateLimiter, type RateLimiterMode, sharedDeadlines } from '@millrace/resilience';
import type { Outbound } from '@millrace/resilience/outbound';
import { type Metrics, names } from '@millrace/service';
import { applyOnce, inDoubtResolutions, pass } from './apply-once.ts';
import type { Written } from './deliver.ts';
import { createDestination, type Destination } from './destination.ts';
import { createLoopGuard } from './loop-guard.ts';
import { takeTurns } from './take-turns.ts';
import { writeInBatches } from './write-batches.ts';

export interface RouteWriterOptions {
  /** `<flow>.<route>`. */
  readonly route: string;
  readonly entity: string;
  /** The Avro schema of the records that will arrive. */
  readonly schema: object;
  readonly definition: AnySink;
  /** Whether the route keeps to the order of events: then what comes after a newer one is superseded. */
  readonly isOrdered: boolean;
  readonly readSettings: () => unknown;
  readonly openOutbound: () => Outbound;
  readonly openPool: SinkContext['openPool'];
  readonly effects: EffectStore;
  readonly metrics: Metrics;
  readonly rateLimits: RateLimiterMode;
  readonly writeTimeoutMs: number;
  readonly rateLimitPatienceMs: number;
  readonly mostWritesPerKey: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}

/** Everything that stands between one route and its destination: loop guard, rate limiter, bulkhead, effect ledger, deadline. */
export interface RouteWriter {
  write(delivery: SinkDelivery, isOperatorsWish: boolean, signal: AbortSignal): Promise<Written>;
  /** The route leaves this one out: an older one of its key has nothing to say there any more. */
  pass(delivery: SinkDelivery, signal: AbortSignal): Promise<void>;
  /** An operator lifts a halt: secrets are read again and what was counted is forgotten. */
  reopen(): void;
  close(): Promise<void>;
}

export function createRouteWriter(options: RouteWriterOptions): RouteWriter {
  const { route, definition, isOrdered, effects, metrics, monotonic } = options;
  const sink = definition.name;
  const { entity, schema, readSettings, openOutbound, openPool, now } = options;
  const destination = createDestination({
    definition,
    readSettings,
    openOutbound,
    context: { route, entity, schema, openPool, now },
  });
  const { batch, rate } = definition;
  // A limit counts requests, so that of a batch is taken by the batch; its deliveries keep to the pauses alone.
  const limiterOf = (limit: AnySink['rate']) =>
    createRateLimiter({ mode: options.rateLimits, rate: limit, now: monotonic });
  const limiter = limiterOf(batch === undefined ? rate : null);
  const batchLimiter = limiterOf(rate);
  const longestWaitMs = options.rateLimitPatienceMs;
  const batches =
    batch === undefined
      ? undefined
      : writeInBatches({
          definition: { inDoubt: definition.inDoubt, batch },
          ...{ destination, limiter: batchLimiter, longestWaitMs, now: monotonic },
        });
  const written: Pick<Destination, 'write' | 'probe'> =
    batches === undefined ? destination : { write: batches.write, probe: destination.probe };
  const bulkhead = createBulkhead(definition.concurrency);
  const deadlineOf = sharedDeadlines(options.writeTimeoutMs, monotonic);
  const guard = createLoopGuard({ mostPerHour: options.mostWritesPerKey, now: monotonic });
  const deliveries = metrics.counter(names.metrics.sink.deliveries);
  const deliverySeconds = metrics.histogram(names.metrics.sink.deliverySeconds);
  const rateLimited = metrics.counter(names.metrics.sink.rateLimited);
  const inDoubt = metrics.counter(names.metrics.sink.inDoubt);
  const selfCaused = metrics.counter(names.metrics.sink.selfCaused);
  for (const outcome of ['delivered', 'superseded', 'unchanged', 'filtered']) deliveries.zero({ route, sink, outcome });
  deliverySeconds.zero({ route, sink });
  rateLimited.zero({ route, sink });
  for (const resolution of inDoubtResolutions) inDoubt.zero({ route, resolution });
  selfCaused.zero({ route });
  const turns = {
    limiter,
    longestWaitMs,
    onRefused: (waitMs: number) => {
      batchLimiter.refused(waitMs);
      rateLimited.inc({ route, sink });
    },
    now: monotonic,
  };

  const applyTimed = async (
    delivery: SinkDelivery,
    isOperatorsWish: boolean,
    signal: AbortSignal,
  ): Promise<Written> => {
    const startedAt = monotonic();
    const result = await applyOnce(
      delivery,
      isOperatorsWish,
      {
        definition,
        destination: written,
        effects,
        isOrdered,
        onInDoubt: (resolution) => inDoubt.inc({ route, resolution }),
      },
      deadlineOf(signal),
    );
    deliverySeconds.observe({ route, sink }, (monotonic() - startedAt) / 1000);
    deliveries.inc({ route, sink, outcome: result.outcome });
    return result;
  };

  return {
    async write(delivery, isOperatorsWish, signal) {
      // Redriven by a person who has looked.
      const isEcho = definition.echoes && !isOperatorsWish && guard.check(delivery.key, versionOf(delivery));
      const result = await takeTurns(
        () => bulkhead.run(() => applyTimed(delivery, isOperatorsWish, signal), signal),
        turns,
        signal,
      );
      if (definition.echoes && result.outcome === 'delivered' && result.reason === null) {
        guard.written(delivery.key, result.changedAt ?? null, isEcho);
        if (isEcho) selfCaused.inc({ route });
      }
      return result;
    },
    pass: (delivery, signal) => pass(delivery, { effects, isOrdered }, deadlineOf(signal)),
    reopen() {
      guard.clear();
      destination.reopen();
    },
    async close() {
      await batches?.idle();
      await destination.close();
    },
  };
}

/** Which version of the object the event tells of, by the vendor's clock. */
function versionOf({ value }: SinkDelivery): number | null {
  const { updatedAt } = value.entity as { readonly updatedAt?: unknown };
  return typeof updatedAt === 'number' ? updatedAt : null;
}
