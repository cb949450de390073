import { type OpsPipeline, topics } from '@millrace/contracts';
import type { Producer } from '../broker.ts';
import type { Serde } from '../serde.ts';

export interface PipelineState {
  readonly state: OpsPipeline['state'];
  /** What halted or opened it; null while it runs. */
  readonly code: string | null;
}

/** The same as others are told it. */
export interface StatedPipeline extends PipelineState {
  /** What halted it, in words; null while it runs, and where an operator did. */
  readonly reason: string | null;
}

/** Publishes how a pipeline stands to `ops.pipelines`: the newest wins, so only the last state is ever sent again. */
export interface StatePublisher {
  publish(state: StatedPipeline): void;
  /** Sends again what Kafka did not take. */
  retry(): void;
}

export interface StatePublisherOptions {
  readonly group: string;
  readonly service: string;
  readonly instance: string;
  readonly producer: Producer;
  readonly serde: Serde;
  readonly now: () => number;
}

export function createStatePublisher(options: StatePublisherOptions): StatePublisher {
  const { group, service, instance, producer, serde, now } = options;
  let unsent: OpsPipeline | null = null;
  let isSending = false;

  async function send(): Promise<void> {
    if (isSending || unsent === null) return;
    isSending = true;
    const record = unsent;
    try {
      await producer.send({
        topic: topics.opsPipelines.name,
        key: Buffer.from(group),
        value: serde.encode(topics.opsPipelines, record),
        headers: [],
      });
      if (unsent === record) unsent = null;
    } catch {
      // The next tick sends it again; metrics and readiness have told it already.
    } finally {
      isSending = false;
    }
    // A newer state came meanwhile.
    if (unsent !== null && unsent !== record) void send();
  }

  return {
    publish({ state, code, reason }) {
      unsent = { group, service, instance, state, code, reason, since: now() };
      void send();
    },
    retry: () => void send(),
  };
}
