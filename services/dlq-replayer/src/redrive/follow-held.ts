import { topics } from '@millrace/contracts';
import { isCodedError } from '@millrace/messaging';
import { type Logger, names, type Part } from '@millrace/service';
import type { Audit } from '../audit.ts';
import type { Publisher } from '../publisher.ts';
import { type JobRunner, snapshot } from './job-runner.ts';
import type { JobStore } from './job-store.ts';
import { defaultRatePerSecond } from './plan-redrive.ts';

/** Who starts what nobody has to ask for. */
export const follower = 'millrace';

export interface FollowHeldOptions {
  readonly jobs: JobStore;
  /** Of the flow: what is sent to another would be read by nobody. */
  readonly groups: readonly string[];
  readonly runner: Pick<JobRunner, 'kick'>;
  readonly audit: Audit;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly now: () => number;
  readonly newId: () => string;
  /** How often it looks without being told of anything. */
  readonly lookEveryMs?: number;
}

/**
 * Sends what a held key has kept back, in order, once the dead letter before it is resolved or discarded. Derived from the
 * index alone, so nothing is forgotten in a crash. Held dead letters of one line go in portions: the next when the group has
 * answered for the last, and none while one of the line waits for an operator.
 */
export interface FollowHeld extends Part {
  /** An answer of a group was read: look now. */
  kick(): void;
  /** Nothing follows while the index is built anew and does not know yet what is resolved. */
  pausedFor<T>(work: () => Promise<T>): Promise<T>;
}

export function createFollowHeld(options: FollowHeldOptions): FollowHeld {
  const { jobs, groups, runner, audit, publisher, logger, now, newId, lookEveryMs = 10_000 } = options;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let isWanted = false;
  let pauses = 0;
  let isOpen = false;

  const followAll = async (): Promise<void> => {
    for (const group of await jobs.due()) {
      if (!groups.includes(group)) continue;
      const job = newId();
      await audit({ action: 'dlq.follow', actor: follower, target: group, detail: { job } });
      const reason = 'the dead letters before them are resolved or discarded';
      const started = await jobs.follow({
        ...{ job, group, actor: follower, reason },
        ...{ ratePerSecond: defaultRatePerSecond, createdAt: now() },
      });
      if (started === null) continue;
      await publisher.publish(topics.opsReplayJob, job, snapshot(started));
      runner.kick();
    }
  };

  const look = (): void => {
    isWanted = true;
    looking ??= (async () => {
      while (isWanted && isOpen && pauses === 0) {
        isWanted = false;
        // What could not be done now is still due at the next look.
        await followAll().catch((error: unknown) => {
          logger.warn(
            { err: error, code: isCodedError(error) ? error.code : undefined },
            names.logs.replay.followFailed,
          );
        });
      }
    })().finally(() => {
      looking = null;
    });
  };

  return {
    name: 'follow-held',
    open: async () => {
      isOpen = true;
      timer = setInterval(look, lookEveryMs).unref();
      look();
    },
    close: async () => {
      isOpen = false;
      if (timer !== null) clearInterval(timer);
      await looking;
    },
    kick: look,
    pausedFor: async (work) => {
      pauses += 1;
      try {
        await looking;
        return await work();
      } finally {
        pauses -= 1;
        look();
      }
    },
  };
}
