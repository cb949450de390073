import { type OpsPipeline, topics } from '@millrace/contracts';
import {
  type Broker,
  type InboundRecord,
  isCodedError,
  isoTime,
  type Serde,
  type TopicReader,
} from '@millrace/messaging';
import type { Logger, Part } from '@millrace/service';
import { names } from '@millrace/service';
import type { StampedState } from '../doctor/clock-findings.ts';
import { OperatorError } from '../errors.ts';
import type { Publisher } from '../publisher.ts';

/** One pipeline of the flow and how it stands, as its process said. */
export interface PipelineReport {
  readonly group: string;
  readonly service: string;
  /** `unknown` until its process has said something. */
  readonly state: OpsPipeline['state'] | 'unknown';
  readonly code: string | null;
  /** What halted it, in words. */
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string | null;
}

export interface PipelinesOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly publisher: Publisher;
  readonly groups: readonly string[];
  readonly logger: Logger;
  readonly now: () => number;
}

/** Every pipeline of the flow, as their processes say in `ops.pipelines`, and orders to them. */
export interface Pipelines extends Part {
  list(): readonly PipelineReport[];
  /** What each process said last of each of its pipelines: when by its own clock, and by Kafka's. */
  stamped(): readonly StampedState[];
  /** Throws `X_PIPELINE_UNKNOWN`. */
  requireKnown(group: string): void;
  command(command: 'resume' | 'halt', group: string, actor: string): Promise<void>;
}

export function createPipelines({ broker, serde, publisher, groups, logger, now }: PipelinesOptions): Pipelines {
  const states = new Map<string, OpsPipeline & StampedState & { readonly offset: number }>();
  let reader: TopicReader | null = null;

  const onRecord = async ({ value, timestamp, offset }: InboundRecord): Promise<void> => {
    if (value === null) return;
    try {
      const said = await serde.decode(topics.opsPipelines, value);
      const known = states.get(said.group);
      // One partition, whose order decides: two processes of a group have two clocks, and decoding may take turns.
      if (known === undefined || known.offset <= offset)
        states.set(said.group, { ...said, writtenAt: timestamp, offset });
    } catch (error) {
      logger.warn(
        { err: error, code: isCodedError(error) ? error.code : undefined },
        names.logs.replay.recordUnreadable,
      );
    }
  };

  return {
    name: 'pipelines',
    open: async () => {
      reader = await broker.createReader({
        topics: [topics.opsPipelines.name],
        from: 'earliest',
        onRecord: (record) => void onRecord(record),
      });
    },
    close: async () => {
      await reader?.close();
    },
    list: () =>
      [...new Set([...groups, ...states.keys()])].map((group) => {
        const said = states.get(group);
        return {
          group,
          service: said?.service ?? (group.split('.')[0] as string),
          state: said?.state ?? 'unknown',
          code: said?.code ?? null,
          reason: said?.reason ?? null,
          since: said === undefined ? null : isoTime(said.since),
        };
      }),
    stamped: () => [...states.values()],
    requireKnown: (group) => {
      if (!groups.includes(group) && !states.has(group)) throw new OperatorError('X_PIPELINE_UNKNOWN', 404);
    },
    command: async (command, group, actor) => {
      const wish = { command, group, actor, at: now(), leaves: false, ratePerSecond: null };
      await publisher.publish(topics.opsControl, group, wish);
    },
  };
}
