import type { Topic } from '@millrace/contracts';
import { CodedError, deadLetter } from '../disposition.ts';
import type { Handled, Handler, Middleware, Outcome, Outgoing } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import type { OutcomeStore } from '../stores.ts';

export interface RecordOutcomeOptions {
  readonly store: OutcomeStore;
  readonly serde: Serde;
  /** The pipeline's name. */
  readonly stage: string;
  /** The pipeline's `to`. */
  readonly to: readonly Topic<unknown>[];
}

interface StoredOutput {
  readonly to: string;
  readonly key: string;
  readonly type?: string | undefined;
  readonly time?: string | undefined;
  readonly item?: string | undefined;
  readonly value: string;
}

interface StoredOutcome {
  readonly v: 1;
  readonly outcome: Outcome;
  readonly outputs: readonly StoredOutput[];
}

/**
 * For a paid effect: what the handler produced is stored before it is published, and whoever handles the same message again
 * emits the stored bytes instead of paying again. Of two that raced, the first to store wins and both emit its bytes.
 * A replay with its own generation is a new message. A failure stores nothing. What was erased is neither emitted nor paid
 * for again: it tells of something that is gone for good.
 */
export function recordOutcome({ store, serde, stage, to }: RecordOutcomeOptions): Middleware {
  const topics = new Map(to.map((topic) => [topic.name, topic]));

  const write = ({ outcome, outputs }: Handled): Buffer => {
    const stored: StoredOutcome = {
      v: 1,
      outcome,
      outputs: outputs.map((output) => ({
        to: output.to.name,
        key: output.key,
        type: output.type,
        time: output.time,
        item: output.item,
        value: (output.bytes ?? serde.encode(output.to, output.data)).toString('base64'),
      })),
    };
    return Buffer.from(JSON.stringify(stored));
  };
  const read = (bytes: Buffer): Handled => {
    const stored = parse(bytes);
    const outputs = stored.outputs.map(({ to: name, value, type, time, item, key }): Outgoing => {
      const topic = topics.get(name);
      if (topic === undefined) throw unreadable(`it names the topic ${name}, which ${stage} does not emit to`);
      return {
        to: topic,
        key,
        data: undefined,
        bytes: Buffer.from(value, 'base64'),
        ...(type === undefined ? {} : { type }),
        ...(time === undefined ? {} : { time }),
        ...(item === undefined ? {} : { item }),
      };
    });
    return { outcome: stored.outcome, outputs };
  };

  return <T>(next: Handler<T>): Handler<T> =>
    async (envelope, signal) => {
      const key = { stage, inputId: envelope.id, generation: envelope.generation, recordKey: envelope.key };
      const known = await store.find(key, signal);
      if (known !== null) return known.length === 0 ? erased : read(known);
      const handled = await next(envelope, signal);
      return read(await store.record(key, write(handled), signal));
    };
}

const erased: Handled = { outputs: [], outcome: { kind: 'filtered', reason: 'erased' } };

function parse(bytes: Buffer): StoredOutcome {
  let stored: Partial<StoredOutcome> | null;
  try {
    stored = JSON.parse(bytes.toString());
  } catch (cause) {
    throw unreadable('it is not JSON', cause);
  }
  if (stored?.v !== 1 || stored.outcome === undefined || stored.outputs === undefined) {
    throw unreadable('it is of another version');
  }
  return stored as StoredOutcome;
}

function unreadable(why: string, cause?: unknown): CodedError {
  return new CodedError('X_OUTCOME_UNREADABLE', `a recorded outcome cannot be emitted again: ${why}`, {
    disposition: deadLetter,
    cause,
  });
}
