import { setTimeout as pause } from 'node:timers/promises';
import { groupTopics } from '@millrace/contracts';
import type { Broker } from '@millrace/messaging';
import { type Logger, names } from '@millrace/service';

export interface StrayOptions {
  readonly broker: Broker;
  /** Those of the flow. */
  readonly groups: readonly string[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly retryMs?: number;
}

const prefix = groupTopics('').dlq;

/**
 * Consumer groups that have a dead-letter topic and are not in the flow: of a route that was removed. Their dead letters are
 * still somebody's. Topics of another partition count are left out: a member reads index i of all its topics.
 */
export async function strayGroups({
  broker,
  groups,
  logger,
  signal,
  retryMs = 1_000,
}: StrayOptions): Promise<readonly string[]> {
  const own = new Set(groups.map((group) => groupTopics(group).dlq));
  for (;;) {
    try {
      const dead = (await broker.admin.describeTopics()).filter(({ name }) => name.startsWith(prefix));
      const partitions = dead.find(({ name }) => own.has(name))?.partitions;
      return dead
        .filter((topic) => !own.has(topic.name) && topic.partitions === partitions)
        .map(({ name }) => name.slice(prefix.length));
    } catch (error) {
      signal.throwIfAborted();
      logger.warn({ err: error }, names.logs.kafka.retrying);
      await pause(retryMs, undefined, { signal });
    }
  }
}
