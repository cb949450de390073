import { setMaxListeners } from 'node:events';
import type { GroupMember } from '../broker.ts';
import { CodedError, retry } from '../disposition.ts';

const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as () => boolean;

/** Whether it was aborted; asks no fence. */
export const isAborted = (signal: AbortSignal): boolean => aborted.call(signal);

/**
 * The signal of one assignment, shared by its handlers. Looking at it is also asking the fence: a process that was frozen
 * and woke up finds it aborted at the first look, before any timer or heartbeat had its turn. `fetch` and every port that
 * takes a signal looks before it acts, so no effect of a dead member's handler begins.
 */
export function fencedSignal(controller: AbortController, fence: () => Error | null): AbortSignal {
  const { signal } = controller;
  // Hundreds of handlers listen to it, rightly.
  setMaxListeners(0, signal);
  const ask = (): boolean => {
    if (isAborted(signal)) return true;
    const reason = fence();
    if (reason === null) return false;
    controller.abort(reason);
    return true;
  };
  Object.defineProperty(signal, 'aborted', { get: ask });
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      if (ask()) throw signal.reason;
    },
  });
  return signal;
}

/** Which records may leave the process: those of the assignment in force, while its group would still have them. */
export interface SendPermit {
  readonly signal: AbortSignal;
  /** The assignment is over: takes back what waits, and begins anew. */
  renew(): void;
}

/**
 * Unlike the handlers' signal, this one is not ended by a late heartbeat: it only answers, when it is asked, that nothing
 * may leave at the moment. What has left is waited for, or a moment's silence of the coordinator would write it twice.
 */
export function sendPermit(fence: () => Error | null): SendPermit {
  const create = (): AbortController => {
    const controller = new AbortController();
    const { signal } = controller;
    Object.defineProperty(signal, 'aborted', { get: () => isAborted(signal) || fence() !== null });
    return controller;
  };
  let controller = create();
  return {
    get signal() {
      return controller.signal;
    },
    renew() {
      controller.abort(abortReason('the assignment is over'));
      controller = create();
    },
  };
}

export function abortReason(why: string): DOMException {
  return new DOMException(why, 'AbortError');
}

/** Why nothing may act at the moment: for all we know, the group has given our partitions to another. */
export function staleHeartbeat(member: GroupMember, marginMs: number, monotonicMs: number): CodedError | null {
  if (monotonicMs - member.lastHeartbeatAt() <= member.sessionTimeoutMs - marginMs) return null;
  return new CodedError(
    'X_HEARTBEAT_STALE',
    'the group coordinator has not answered for almost a session; nothing starts until it does',
    { disposition: retry(), unavailable: true },
  );
}
