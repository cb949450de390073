import type { GroupMember, OffsetCommit } from '../broker.ts';
import { isCodedError } from '../disposition.ts';
import { finishedAbove, nextToCommit } from '../lanes/commit-tracker.ts';
import { encodeFinished } from '../lanes/finished-bitmap.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Commits finished prefixes, and in their metadata what is finished beyond them, so that a kill repeats only what ran and
 * what finished since the last commit. All partitions in one request, never two requests at once.
 */
export interface Commits {
  /** Of what is assigned now. Resolves when the group has it, or when it could not be committed (it will be tried again). */
  run(): Promise<void>;
}

export interface CommitsOptions {
  readonly member: () => GroupMember | null;
  readonly partitions: () => Iterable<PartitionState>;
  /** False where the driver keeps no metadata. */
  readonly takesMetadata: boolean;
  /** False while records that are handed over are not taken: where the member stands then says nothing. */
  readonly isTaking: () => boolean;
  readonly onFailure: (error: unknown) => void;
}

interface Moved {
  readonly state: PartitionState;
  readonly offset: number;
  readonly finished: number;
}

export function createCommits({ member, partitions, takesMetadata, isTaking, onFailure }: CommitsOptions): Commits {
  let withMetadata = takesMetadata;
  let running: Promise<void> | null = null;
  let queued: Promise<void> | null = null;

  async function once(): Promise<void> {
    const target = member();
    if (target === null) return;
    const moved: Moved[] = [];
    for (const state of partitions()) {
      const { tracker, known } = state;
      // What the member has passed and is no record never comes to be finished.
      if (isTaking()) tracker.pass(target.position(state) ?? 0);
      const offset = nextToCommit(tracker, known);
      if (offset === null) continue;
      if (offset > state.committed || (withMetadata && tracker.finished > state.committedFinished))
        moved.push({ state, offset, finished: tracker.finished });
    }
    if (moved.length === 0) return;
    try {
      await target.commit(moved.map((one) => commitOf(one)));
      for (const { state, offset, finished } of moved) {
        state.committed = Math.max(state.committed, offset);
        state.committedFinished = finished;
      }
    } catch (error) {
      onFailure(error);
      if (!isCodedError(error) || error.code !== 'X_COMMIT_METADATA_TOO_LARGE' || !withMetadata) return;
      // The offsets matter more: without what is finished beyond them a crash repeats more, and loses nothing.
      withMetadata = false;
      await once();
    }
  }

  function commitOf({ state, offset }: Moved): OffsetCommit {
    const { topic, partition, tracker, known } = state;
    const metadata = withMetadata ? encodeFinished(offset, finishedAbove(offset, tracker, known)) : '';
    return { topic, partition, offset, metadata };
  }

  const start = (): Promise<void> => {
    queued = null;
    const current = once().finally(() => {
      if (running === current) running = null;
    });
    running = current;
    return current;
  };

  return {
    run() {
      if (running === null) return start();
      // What finished while a commit is out belongs to the next one, however many ask for it.
      queued ??= running.then(start);
      return queued;
    },
  };
}
