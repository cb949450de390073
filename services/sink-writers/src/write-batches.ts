import type { AnySink, SinkBatch, SinkDelivery, SinkResult } from '@millrace/connectors/kit/sink';
import { type CodedError, isCodedError, retry } from '@millrace/messaging';
import type { RateLimiter } from '@millrace/resilience';
import { appliedOf, OutboundError } from '@millrace/resilience/outbound-error';
import { createBatcher, type Failure } from './batcher.ts';
import type { Destination } from './destination.ts';

export interface WriteBatchesOptions {
  readonly definition: Pick<AnySink, 'inDoubt'> & { readonly batch: SinkBatch };
  readonly destination: Pick<Destination, 'writeBatch' | 'batchItems'>;
  /** The vendor's limit counts requests: one for each batch. */
  readonly limiter: Pick<RateLimiter, 'acquire'>;
  /** How long a batch may wait for its turn. */
  readonly longestWaitMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

type Write = (delivery: SinkDelivery, signal: AbortSignal) => Promise<SinkResult>;

/**
 * A write of one delivery that goes with those of other keys in one request; each is answered for itself. One of a key is on
 * its way at a time, in the order in which they came. What was not sent says so, and is never in doubt.
 */
export function writeInBatches(options: WriteBatchesOptions): { readonly write: Write; idle(): Promise<void> } {
  const { definition, destination, limiter, longestWaitMs, now } = options;
  const { batch } = definition;
  const unending = new AbortController().signal;
  const batcher = createBatcher<SinkDelivery, SinkResult | CodedError>({
    keysOf: ({ key, eventId }) => [`key ${key}`, `event ${eventId}`],
    maxItems: () => destination.batchItems(batch.maxItems),
    ...(batch.maxBytes === undefined ? {} : { maxBytes: batch.maxBytes, bytesOf }),
    maxWaitMs: batch.maxWaitMs,
    async admit() {
      if (!(await limiter.acquire(now() + longestWaitMs, unending))) throw noTurn(longestWaitMs);
    },
    write: (deliveries, signal) => destination.writeBatch(deliveries, signal),
    isOneItemsFault: (error) => refusesOne(error) && (isRepeatable(definition) || appliedOf(error) === 'no'),
    failed,
    now,
  });
  return {
    async write(delivery, signal) {
      const answer = await batcher.submit(delivery, signal);
      if (isCodedError(answer)) throw answer;
      return answer;
    },
    idle: () => batcher.idle(),
  };
}

/** What a request holds of a delivery, near enough to keep it below a limit. */
const bytesOf = ({ value, mapped }: SinkDelivery): number =>
  Buffer.byteLength(JSON.stringify(mapped === undefined ? value : mapped) ?? '');

/** A refusal of what a record says, and of no one who asks. */
const refusesOne = (error: unknown): boolean =>
  isCodedError(error) && error.disposition.kind === 'dead-letter' && error.refusal?.scope === 'record';

/** Written again in halves, what was written after all has no second effect. */
const isRepeatable = ({ inDoubt }: Pick<AnySink, 'inDoubt'>): boolean =>
  inDoubt === 'transactional' || inDoubt === 'repeat';

/** An abort has no code, and what never left has no effect; a failure of the destination's stays what it is. */
function failed({ cause, wasSent }: Failure): unknown {
  if (isCodedError(cause)) {
    if (wasSent || appliedOf(cause) === 'no') return cause;
    const { code, message, disposition, step, unavailable, refusal } = cause;
    const options = { disposition, step, unavailable, refusal: refusal ?? undefined, applied: 'no', cause } as const;
    return new OutboundError(code, message, options);
  }
  return new OutboundError(
    'X_ROUTE_GIVEN_UP',
    wasSent
      ? 'The batch of this delivery had no answer before its time was up'
      : 'This delivery was not sent in its time',
    { disposition: retry(), applied: wasSent ? 'unknown' : 'no', cause },
  );
}

function noTurn(ms: number): CodedError {
  const message = `The destination's rate lets no batch pass within ${Math.ceil(ms / 1000)} s`;
  return new OutboundError('X_ROUTE_PAUSED', message, { disposition: retry(), unavailable: true, applied: 'no' });
}
