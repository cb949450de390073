import type { GroupMember, OffsetCommit } from '../broker.ts';
import type { Clock } from '../clock.ts';
import { isCodedError } from '../disposition.ts';
import { finishedAbove, nextToCommit } from '../lanes/commit-tracker.ts';
import { encodeFinished } from '../lanes/finished-bitmap.ts';
import { encodeLogId } from '../lanes/log-note.ts';
import { encodeLogTime } from '../lanes/log-time.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Commits finished prefixes, and in their metadata what is finished beyond them, so that a kill repeats only what ran and
 * what finished since the last commit. All partitions in one request, never two requests at once.
 */
export interface Commits {
  /** Of what is assigned now. Resolves when the group has it, or when it could not be committed (it will be tried again). */
  run(): Promise<void>;
  /** Of a new assignment: notes whose its partitions are now. */
  enter(): void;
  /** Whether the group knows: nothing starts before, or an owner that ends at once would not be missed. */
  isEntered(): boolean;
  /** The last of an assignment: its partitions are given up in order. */
  handOver(): Promise<void>;
}

export interface CommitsOptions {
  readonly member: () => GroupMember | null;
  readonly partitions: () => Iterable<PartitionState>;
  /** False where the driver keeps no metadata. */
  readonly takesMetadata: boolean;
  /** False while records that are handed over are not taken: where the member stands then says nothing. */
  readonly isTaking: () => boolean;
  readonly clock: Clock;
  /** What one record may take at most. */
  readonly longestMs: number;
  /** Names this run of this process in the notes of its partitions. */
  readonly owner: string;
  readonly onEntered: () => void;
  readonly onFailure: (error: unknown) => void;
}

interface Moved {
  readonly state: PartitionState;
  readonly offset: number;
  readonly finished: number;
}

export function createCommits(options: CommitsOptions): Commits {
  const { member, partitions, takesMetadata, isTaking, clock, longestMs, owner, onEntered, onFailure } = options;
  let withMetadata = takesMetadata;
  let running: Promise<void> | null = null;
  let queued: Promise<void> | null = null;
  /** Counts assignments. */
  let assignment = 0;
  let entered = 0;
  let assignedAt = 0;

  async function once(): Promise<void> {
    const target = member();
    if (target === null) return;
    const moved: Moved[] = [];
    const isOld = clock.monotonic() - assignedAt > 2 * longestMs;
    for (const state of partitions()) {
      const { tracker, known } = state;
      if (isOld) state.tenure.outlive();
      // What the member has passed and is no record never comes to be finished.
      if (isTaking()) tracker.pass(target.position(state) ?? 0);
      const isDue = withMetadata && state.tenure.isDue;
      // Of which nothing has come yet: it stays where it is, and its owner is noted all the same.
      const stays = isDue ? (state.position ?? target.position(state)) : null;
      const offset = nextToCommit(tracker, known) ?? stays;
      if (offset === null) continue;
      if (isDue || offset > state.committed || (withMetadata && tracker.finished > state.committedFinished))
        moved.push({ state, offset, finished: tracker.finished });
    }
    if (moved.length === 0) return;
    for (const { state } of moved) state.tenure.isDue = false;
    try {
      await target.commit(moved.map((one) => commitOf(one)));
      for (const { state, offset, finished } of moved) {
        state.committed = Math.max(state.committed, offset);
        state.committedFinished = finished;
      }
    } catch (error) {
      for (const { state } of moved) state.tenure.isDue = true;
      onFailure(error);
      if (!isCodedError(error) || error.code !== 'X_COMMIT_METADATA_TOO_LARGE' || !withMetadata) return;
      // The offsets matter more: without what is finished beyond them a crash repeats more, and loses nothing.
      withMetadata = false;
      await once();
    }
  }

  function commitOf({ state, offset }: Moved): OffsetCommit {
    const { topic, partition, tracker, known, tenure, logId } = state;
    if (!withMetadata) return { topic, partition, offset, metadata: '' };
    const finished = encodeFinished(offset, finishedAbove(offset, tracker, known));
    return {
      topic,
      partition,
      offset,
      metadata: [
        finished + tenure.note(offset, owner),
        encodeLogTime(offset, tracker.timeBelow) + encodeLogId(offset, logId),
      ].join(''),
    };
  }

  const start = (): Promise<void> => {
    queued = null;
    const current = once().finally(() => {
      if (running === current) running = null;
    });
    running = current;
    return current;
  };

  const run = (): Promise<void> => {
    if (running === null) return start();
    // What finished while a commit is out belongs to the next one, however many ask for it.
    queued ??= running.then(start);
    return queued;
  };

  return {
    run,
    enter() {
      assignment += 1;
      assignedAt = clock.monotonic();
      const current = assignment;
      const enter = (): void => {
        if (current !== assignment) return;
        entered = current;
        onEntered();
      };
      if (withMetadata) void run().then(enter);
      else enter();
    },
    isEntered: () => entered === assignment,
    handOver() {
      for (const { tenure } of partitions()) tenure.handOver();
      return run();
    },
  };
}
