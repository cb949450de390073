import { type Logger, names } from '@millrace/service';
import type { GroupListener } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { CodedError } from '../disposition.ts';
import type { PartitionState } from './partition-state.ts';
import { leaveDeadline } from './settle.ts';

export interface UnreadableLogsOptions {
  readonly group: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Settles as before a rejoin, and then ends its membership. */
  readonly owner: Pick<GroupListener, 'beforeRejoin' | 'onCrash'>;
}

/** Partitions whose logs cannot be read on. */
export interface UnreadableLogs {
  found(partition: PartitionState, error: CodedError): void;
  /** Something has finished. */
  check(): void;
  /** Of another assignment from now on. */
  clear(): void;
}

/**
 * A pipeline ends its membership for a log that cannot be read on, but not before everything in front of that place is
 * finished and committed: whoever sets the group behind it passes over what cannot be read, and over nothing else.
 */
export function createUnreadableLogs({ group, clock, logger, owner }: UnreadableLogsOptions): UnreadableLogs {
  const found = new Map<PartitionState, CodedError>();

  async function reached(error: CodedError): Promise<void> {
    await owner.beforeRejoin(leaveDeadline(clock));
    owner.onCrash(error);
  }

  function check(): void {
    const ended = [...found].find(([{ tracker }]) => tracker.window === 0);
    if (ended === undefined) return;
    found.clear();
    void reached(ended[1]);
  }

  return {
    found(partition, error) {
      logger.error({ group, code: error.code, error: error.message }, names.logs.pipeline.logUnreadable);
      found.set(partition, error);
      check();
    },
    check,
    clear: () => found.clear(),
  };
}
