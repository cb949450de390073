import { groupTopics, type Topic, topics } from '@millrace/contracts';
import { type Logger, names } from '@millrace/service';
import type { Broker, GroupListener, GroupMember, MemberOptions } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { isOfLog } from '../lanes/log-note.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Serde } from '../serde.ts';
import { readRetention, untilAvailable } from './boot.ts';
import { lostOffsets } from './lost-offsets.ts';

export interface MembershipOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly clock: Clock;
  readonly member: MemberOptions;
  /** What the pipeline reads and writes: the ids of their schemas are looked up before anything is read. */
  readonly pinned: readonly Topic<unknown>[];
  /** Ends the wait for Kafka and the registry. */
  readonly closing: AbortSignal;
  /** Why it must not join as things are; null when it may. */
  readonly objection: () => Promise<Error | null>;
  readonly onWait: (error: unknown, waitMs: number) => void;
}

/** A pipeline's place in its group: none, joining, or a member; lost when the client says so, and then made anew. */
export interface Membership {
  /** Null while there is none. */
  current(): GroupMember | null;
  /** How long each topic that is read keeps its records. */
  retention(): ReadonlyMap<string, number>;
  /** Joins, waiting while Kafka or the registry is away. Once, however many ask meanwhile. */
  open(): Promise<void>;
  /** An operator has seen why it did not join: the next time it does. */
  overrule(): void;
  /** The client is gone: what it was asked from now on would fail. */
  lose(): void;
  /** Gives its place up until `open`; what is joining then leaves as soon as it has. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export function createMembership(options: MembershipOptions): Membership {
  const { broker, serde, clock, member, pinned, closing, objection, onWait } = options;
  let current: GroupMember | null = null;
  let retention: ReadonlyMap<string, number> = new Map();
  let opening: Promise<void> | null = null;
  let isClosed = false;
  let isOverruled = false;
  let isAway = false;
  /** The last that gave its place up, until there is one again. */
  let left: GroupMember | null = null;

  async function join(): Promise<void> {
    if (isAway) return;
    await serde.pin(pinned);
    retention = await readRetention(broker.admin, member.topics);
    const objected = isOverruled ? null : await objection();
    if (objected !== null) throw objected;
    const made = await broker.createMember(member);
    current = made;
    try {
      if (!closing.aborted && !isAway) await made.start();
      isOverruled = false;
    } catch (error) {
      if (current === made) current = null;
      await made.close().catch(() => undefined);
      if (left !== made) throw error;
      return;
    }
    // Closed while it joined: whoever closed it had no member to close yet.
    if (isClosed) await made.close();
    else if (isAway) await leave();
    else if (current === made) left = null;
  }

  async function leave(): Promise<void> {
    isAway = true;
    const leaving = current;
    if (leaving === null) return;
    [left, current] = [leaving, null];
    await leaving.leave().catch(() => undefined);
  }

  async function open(): Promise<void> {
    isAway = false;
    opening ??= untilAvailable(join, { clock, signal: closing, onWait }).finally(() => {
      opening = null;
    });
    await opening;
    // Asked back while an earlier join gave its place up.
    if (left !== null && current === null && !isAway && !closing.aborted) await open();
  }

  return {
    current: () => current,
    retention: () => retention,
    open,
    overrule() {
      isOverruled = true;
    },
    leave,
    lose() {
      const lost = current;
      current = null;
      void lost?.close().catch(() => undefined);
    },
    async close() {
      isClosed = true;
      await current?.close();
    },
  };
}

export interface MembershipOfOptions {
  readonly broker: Broker;
  readonly serde: Serde;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: GroupListener;
  readonly instanceId: string | undefined;
  readonly closing: AbortSignal;
}

export function membershipOf<T>(pipeline: Pipeline<T>, options: MembershipOfOptions): Membership {
  const { group, from, to } = pipeline;
  const { logger, listener, instanceId, ...connected } = options;
  return createMembership({
    ...connected,
    member: {
      ...{ group, topics: topicsOf(pipeline), seldom: copiesOf(group), listener },
      isOfLog: ({ metadata, offset }, logId) => isOfLog(metadata, offset, logId),
      ...(instanceId === undefined ? {} : { instanceId }),
    },
    pinned: [...from, ...to, topics.opsPipelines, topics.opsReplayAck],
    objection: () => lostOffsets({ broker: options.broker, group, topics: topicsOf(pipeline), own: copiesOf(group) }),
    onWait: (error, waitMs) => logger.warn({ group, err: error, waitMs }, names.logs.kafka.retrying),
  });
}

/** Everything that a pipeline reads. */
export const topicsOf = <T>({ group, from }: Pipeline<T>): readonly string[] => [
  ...from.map(({ name }) => name),
  ...copiesOf(group),
];

function copiesOf(group: string): readonly string[] {
  const { retry, lane } = groupTopics(group);
  return [...Object.values(retry), lane];
}
