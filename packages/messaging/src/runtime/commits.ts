import type { GroupMember } from '../broker.ts';
import type { PartitionState } from './partition-state.ts';

/** Commits finished prefixes, all partitions in one request, never two requests at once. */
export interface Commits {
  /** Of what is assigned now. Resolves when the group has it, or when it could not be committed (it will be tried again). */
  run(): Promise<void>;
}

export interface CommitsOptions {
  readonly member: () => GroupMember | null;
  readonly partitions: () => Iterable<PartitionState>;
  readonly onFailure: (error: unknown) => void;
}

export function createCommits({ member, partitions, onFailure }: CommitsOptions): Commits {
  let running: Promise<void> | null = null;
  let queued: Promise<void> | null = null;

  async function once(): Promise<void> {
    const target = member();
    if (target === null) return;
    const moved: { readonly state: PartitionState; readonly offset: number }[] = [];
    for (const state of partitions()) {
      const offset = state.tracker.next();
      if (offset !== null && offset > state.committed) moved.push({ state, offset });
    }
    if (moved.length === 0) return;
    try {
      // The finished bitmap will travel here as metadata; without it the head's offset alone.
      await target.commit(
        moved.map(({ state, offset }) => ({ topic: state.topic, partition: state.partition, offset })),
      );
      for (const { state, offset } of moved) state.committed = Math.max(state.committed, offset);
    } catch (error) {
      onFailure(error);
    }
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
