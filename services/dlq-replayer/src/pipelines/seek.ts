import { setTimeout as pause } from 'node:timers/promises';
import { groupTopics } from '@millrace/contracts';
import { type Broker, decodeFinished, isCodedError, type RecordPosition } from '@millrace/messaging';
import { OperatorError } from '../errors.ts';
import type { Pipelines } from './pipelines.ts';
import { type PlannedSeek, planSeek, type SeekMove, type SeekPartition, type SeekWish } from './plan-seek.ts';

/** As an operator says it; a time in epoch milliseconds. */
export type SeekRequest = Omit<SeekWish, 'to'> & { readonly to?: 'earliest' | 'latest' | number | undefined };

export interface SeekPlan {
  readonly group: string;
  readonly partitions: readonly SeekMove[];
  /** Why it could not be done as things are. */
  readonly blocked: string | null;
  readonly again: number;
  readonly skipped: number;
  readonly gone: number;
  /** Frozen: what runs is finished and committed before it is done, so that other partitions may have to move. */
  readonly targets: readonly RecordPosition[];
}

export interface SeeksOptions {
  readonly broker: Broker;
  readonly pipelines: Pick<Pipelines, 'readsOf' | 'isHalted' | 'command'>;
  /** How long members may take to leave: one that died stays until its session is over. */
  readonly leaveMs?: number;
}

/**
 * Sets where a halted pipeline goes on. Only the group's own members may commit while there are any, so they are asked to
 * leave first, through `ops.control`: they finish what runs, commit, and stay out until the pipeline is resumed. Then the
 * offsets are set for a group of nobody, which Kafka refuses as soon as somebody is in it.
 */
export interface Seeks {
  plan(group: string, request: SeekRequest): Promise<SeekPlan>;
  /** Throws what keeps the plan from being done. */
  require(plan: SeekPlan, mayDo: { readonly skip: boolean }): void;
  /** Resolves with what was set. The pipeline stays halted. */
  run(plan: SeekPlan, actor: string): Promise<SeekPlan>;
}

const defaultLeaveMs = 60_000;
const askAgainMs = 200;

export function createSeeks({ broker, pipelines, leaveMs = defaultLeaveMs }: SeeksOptions): Seeks {
  const { admin } = broker;

  const read = async (group: string): Promise<readonly SeekPartition[]> => {
    const topics = pipelines.readsOf(group);
    const { retry, lane } = groupTopics(group);
    const own = new Set<string>([...Object.values(retry), lane]);
    const [committed, offsets] = await Promise.all([admin.committed(group, topics), admin.offsets(topics)]);
    const known = new Map(committed.map((one) => [`${one.topic}/${one.partition}`, one.committed]));
    return offsets.map(({ topic, partition, earliest, latest }) => {
      const at = known.get(`${topic}/${partition}`) ?? null;
      return {
        ...{ topic, partition, earliest, latest, committed: at?.offset ?? null },
        finished: at === null ? new Set<number>() : decodeFinished(at.metadata, at.offset),
        isOwn: own.has(topic),
      };
    });
  };
  const membersOf = async (group: string): Promise<number> => (await admin.describeGroups([group]))[0]?.members ?? 0;
  const empty = async (group: string): Promise<void> => {
    const until = performance.now() + leaveMs;
    for (;;) {
      const members = await membersOf(group);
      if (members === 0) return;
      if (performance.now() > until) throw stillJoined(group, members);
      await pause(askAgainMs);
    }
  };
  const plan = async (group: string, request: SeekRequest): Promise<SeekPlan> => {
    const partitions = await read(group);
    const wish = { ...request, to: await resolved(request, partitions) };
    const planned = planSeek(partitions, wish);
    const isFree = pipelines.isHalted(group) || (await membersOf(group)) === 0;
    return summed(group, planned, isFree ? null : `${group} is at work; first: millrace pipelines halt ${group}`);
  };
  const resolved = async (
    { to, topic }: SeekRequest,
    partitions: readonly SeekPartition[],
  ): Promise<SeekWish['to']> => {
    if (typeof to !== 'number') return to;
    const meant = partitions.filter((one) => (topic === undefined ? !one.isOwn : one.topic === topic));
    const names = new Set(meant.map((one) => one.topic));
    return (await Promise.all([...names].map((one) => admin.offsetsAtTime(one, to)))).flat();
  };

  return {
    plan,
    require({ blocked, skipped }, { skip }) {
      if (blocked !== null) throw new OperatorError('X_PIPELINE_AT_WORK', 409, blocked);
      if (skipped > 0 && !skip)
        throw new OperatorError(
          'X_PIPELINE_SKIPS',
          409,
          `${skipped} records were not done and would never be; \`skip\` says that this is meant`,
        );
    },
    async run({ group, targets }, actor) {
      await pipelines.command('halt', group, actor, { leaves: true });
      await empty(group);
      const planned = planSeek(await read(group), { positions: targets });
      const set = planned.moves.map(({ topic, partition, to }) => ({ topic, partition, offset: to }));
      if (set.length === 0) return summed(group, planned, null);
      await admin.setOffsets(group, set).catch(async (error: unknown) => {
        const isTaken = isCodedError(error) && error.code === 'X_GROUP_NOT_EMPTY';
        throw isTaken ? stillJoined(group, await membersOf(group)) : error;
      });
      return summed(group, planned, null);
    },
  };
}

function summed(group: string, { moves: partitions, targets }: PlannedSeek, blocked: string | null): SeekPlan {
  const sum = (of: 'again' | 'skipped' | 'gone'): number => partitions.reduce((all, one) => all + one[of], 0);
  return { group, partitions, targets, blocked, again: sum('again'), skipped: sum('skipped'), gone: sum('gone') };
}

const stillJoined = (group: string, members: number): OperatorError =>
  new OperatorError(
    'X_PIPELINE_STILL_JOINED',
    409,
    `${members} members of ${group} have not left; one that died leaves when its session is over, then the same works. Nothing was set, the pipeline is halted`,
  );
