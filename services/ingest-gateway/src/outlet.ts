import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic } from '@millrace/contracts';
import {
  type Breaker,
  type HeaderPair,
  isCodedError,
  type Producer,
  type RecordPosition,
  type Serde,
} from '@millrace/messaging';
import { backoff } from '@millrace/resilience';
import { type Logger, names, type Part, type ReadinessState } from '@millrace/service';
import { type Refusal, shed } from './outcome.ts';

export interface OutgoingRecord<T> {
  readonly topic: Topic<T>;
  /** Null: any partition. */
  readonly key: string | null;
  readonly headers: readonly HeaderPair[];
  readonly value: T;
}

/**
 * The way into Kafka. Opens without it: the gateway answers 503 until Kafka and the registry have been there once,
 * and by itself 202 from then on.
 */
export interface Outlet extends Part {
  /** Resolves when every in-sync replica has the record. Rejects with a `Refusal`, 503: whatever it is, it is our fault. */
  send<T>(record: OutgoingRecord<T>): Promise<RecordPosition>;
  readiness(): ReadinessState;
}

export interface OutletOptions {
  readonly connectProducer: () => Promise<Producer>;
  readonly serde: Serde;
  /** All topics ever sent to: their schema ids are pinned before the first record. */
  readonly topics: readonly Topic<unknown>[];
  /** Fails fast while Kafka is away, so that bodies do not pile up. */
  readonly breaker: Breaker;
  readonly retryMs: { readonly baseMs: number; readonly capMs: number };
  readonly logger: Logger;
}

export function createOutlet(options: OutletOptions): Outlet {
  const { breaker, logger, serde } = options;
  const stopping = new AbortController();
  let producer: Producer | null = null;

  const connect = async (): Promise<void> => {
    for (let attempt = 0; producer === null && !stopping.signal.aborted; attempt += 1) {
      try {
        await serde.pin(options.topics);
        const connected = await options.connectProducer();
        if (stopping.signal.aborted) return await connected.close();
        producer = connected;
      } catch (error) {
        logger.warn({ err: error, attempt }, names.logs.kafka.retrying);
        await sleep(backoff(options.retryMs, attempt), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  return {
    name: 'outlet',
    open: () => {
      void connect();
      return Promise.resolve();
    },
    async send(record) {
      if (producer === null) throw kafkaAway('Kafka or the schema registry has not answered yet');
      const value = serde.encode(record.topic, record.value);
      const admission = breaker.admit();
      if (admission === 'wait') throw kafkaAway('Kafka does not answer');
      try {
        const position = await producer.send({
          topic: record.topic.name,
          key: record.key === null ? null : Buffer.from(record.key),
          headers: record.headers,
          value,
        });
        breaker.report(admission, { kind: 'success' });
        return position;
      } catch (error) {
        const outage = isCodedError(error) && error.disposition.kind === 'retry';
        // Each failed record is one: what fails here fails for all alike.
        const failure = { kind: 'failure', record: record.key ?? '', unavailable: true } as const;
        breaker.report(admission, outage ? failure : { kind: 'success' });
        logger.warn({ err: error, topic: record.topic.name }, names.logs.gateway.failed);
        throw kafkaAway('Kafka did not acknowledge', error);
      }
    },
    readiness: () => {
      if (producer === null) return { ok: false, reason: 'Kafka or the schema registry has not answered yet' };
      return breaker.state() === 'open' ? { ok: false, reason: 'Kafka does not acknowledge' } : { ok: true };
    },
    async close() {
      stopping.abort();
      // A connection still being made closes itself when it stands: without Kafka nobody waits here for it.
      await producer?.flush();
      await producer?.close();
      breaker.close();
    },
  };
}

function kafkaAway(detail: string, cause?: unknown): Refusal {
  return shed('X_GATEWAY_KAFKA_AWAY', detail, { retryAfterMs: 2000, cause });
}
