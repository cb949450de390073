/** Time as the delivery core sees it. Tests bring their own; nothing else in this package asks for the time. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds of a clock that never goes back, comparable with `GroupMember.lastHeartbeatAt()`. */
  monotonic(): number;
  /** Calls once after that time, unless cancelled. Does not keep the process alive. */
  after(ms: number, call: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** Longer waits are what setTimeout turns into none at all. */
const longestTimeoutMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), longestTimeoutMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after that time; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const aborted = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    });
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
