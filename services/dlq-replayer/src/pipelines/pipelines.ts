import { groupTopics, type OpsControl, type OpsPipeline, type Topic, topics } from '@millrace/contracts';
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

/** One pipeline of the flow: how it stands, as its process said, and what operators want of it. */
export interface PipelineReport {
  readonly group: string;
  readonly service: string;
  /** `unknown` until its process has said something, `removed` where the flows do not have it any more. */
  readonly state: OpsPipeline['state'] | 'unknown' | 'removed';
  readonly code: string | null;
  /** What halted it, in words. */
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string | null;
  readonly desired: 'running' | 'halted';
  /** How many records all its processes may start per second; null for no bound. */
  readonly ratePerSecond: number | null;
}

export interface PipelinesOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly publisher: Publisher;
  readonly groups: readonly string[];
  /** Everything that each group reads. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Every pipeline of the flow, as their processes say in `ops.pipelines`, and what is wanted of them, in `ops.control`. */
export interface Pipelines extends Part {
  list(): readonly PipelineReport[];
  /** What each process said last of each of its pipelines: when by its own clock, and by Kafka's. */
  stamped(): readonly StampedState[];
  /** Throws `X_PIPELINE_UNKNOWN`. */
  requireKnown(group: string): void;
  /**
   * Everything that a pipeline of the flow reads. Throws `X_PIPELINE_UNKNOWN`, and `X_PIPELINE_FIXED` for a group that only
   * halts and resumes: the index.
   */
  readsOf(group: string): readonly string[];
  /** An operator halted it, or it halted itself. */
  isHalted(group: string): boolean;
  /** Null for no bound. */
  rateOf(group: string): number | null;
  /** `leaves`: its members leave the group as well, until it is resumed. */
  command(command: 'resume' | 'halt', group: string, actor: string, more?: { readonly leaves: boolean }): Promise<void>;
  setRate(group: string, ratePerSecond: number | null, actor: string): Promise<void>;
}

export function createPipelines(options: PipelinesOptions): Pipelines {
  const { broker, serde, publisher, groups, reads, logger, now } = options;
  const states = new Map<string, OpsPipeline & StampedState & { readonly offset: number }>();
  const halts = new Map<string, OpsControl & { readonly offset: number }>();
  const rates = new Map<string, OpsControl & { readonly offset: number }>();
  let reader: TopicReader | null = null;

  /** One partition, whose order decides: two processes of a group have two clocks, and decoding may take turns. */
  const keep = <T extends { readonly group: string; readonly offset: number }>(map: Map<string, T>, said: T): void => {
    if ((map.get(said.group)?.offset ?? -1) <= said.offset) map.set(said.group, said);
  };
  const onRecord = async ({ topic, value, timestamp, offset }: InboundRecord): Promise<void> => {
    if (value === null) return;
    const decode = <T>(as: Topic<T>): Promise<T> | T => serde.decode(as, value);
    try {
      if (topic === topics.opsPipelines.name) {
        keep(states, { ...(await decode(topics.opsPipelines)), writtenAt: timestamp, offset });
        return;
      }
      const wish = await decode(topics.opsControl);
      keep(wish.command === 'rate' ? rates : halts, { ...wish, offset });
    } catch (error) {
      logger.warn(
        { err: error, code: isCodedError(error) ? error.code : undefined },
        names.logs.replay.recordUnreadable,
      );
    }
  };

  const requireKnown = (group: string): void => {
    if (!groups.includes(group) && !states.has(group)) throw new OperatorError('X_PIPELINE_UNKNOWN', 404);
  };
  const rateOf = (group: string): number | null => rates.get(group)?.ratePerSecond ?? null;

  return {
    name: 'pipelines',
    open: async () => {
      reader = await broker.createReader({
        topics: [topics.opsPipelines.name, topics.opsControl.name],
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
          // Its processes let it go: what they said of it last does not count any more. The index is no part of flows.
          state: groups.includes(group) || said?.service === 'dlq-replayer' ? (said?.state ?? 'unknown') : 'removed',
          code: said?.code ?? null,
          reason: said?.reason ?? null,
          since: said === undefined ? null : isoTime(said.since),
          desired: halts.get(group)?.command === 'halt' ? 'halted' : 'running',
          ratePerSecond: rateOf(group),
        };
      }),
    stamped: () => [...states.values()],
    requireKnown,
    readsOf: (group) => {
      requireKnown(group);
      const read = reads.get(group) ?? [];
      if (!read.includes(groupTopics(group).lane)) throw new OperatorError('X_PIPELINE_FIXED', 422);
      return read;
    },
    isHalted: (group) => halts.get(group)?.command === 'halt' || states.get(group)?.state === 'halted',
    rateOf,
    command: async (command, group, actor, { leaves } = { leaves: false }) => {
      const wish = { command, group, actor, at: now(), leaves, ratePerSecond: null };
      await publisher.publish(topics.opsControl, group, wish);
    },
    setRate: async (group, ratePerSecond, actor) => {
      const wish = { command: 'rate', group, actor, at: now(), leaves: false, ratePerSecond } as const;
      await publisher.publish(topics.opsControl, `${group}#rate`, wish);
    },
  };
}
