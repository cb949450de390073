import { setTimeout as sleep } from 'node:timers/promises';
import type { GroupListener } from '@millrace/messaging';
import { classifyClientFailure } from '../errors.ts';

/** The membership that is ending: what its last heartbeats are sent with. */
export interface EndingMembership {
  readonly coordinator: {
    heartbeat(identity: Omit<EndingMembership, 'coordinator'>): Promise<unknown>;
  };
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly groupGenerationId: number;
}

export interface BarrierOptions {
  readonly listener: GroupListener;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly onHeartbeat: (sentAt: number) => void;
  readonly onThrow: (error: unknown) => void;
  /** Aborts the work at once: the member is closing. */
  readonly closing: AbortSignal;
}

/** What of the rebalance timeout stays for the join itself. */
const joinReserveMs = 5_000;
/** How long after the deadline the owner may still take before the join goes on without it. */
const overtimeMs = 2_000;

/**
 * Holds the join until the owner has drained, flushed and committed. Keeps the session alive meanwhile, because the
 * client's own heartbeats rest, and aborts the work as soon as the coordinator says that others own the partitions.
 */
export async function holdForRejoin(ending: EndingMembership, options: BarrierOptions): Promise<void> {
  const deadline = new AbortController();
  const ended = new AbortController();
  const limit = setTimeout(
    () => deadline.abort(new Error('the rebalance timeout is near')),
    Math.max(1_000, options.rebalanceTimeoutMs - joinReserveMs),
  );
  const signal = AbortSignal.any([deadline.signal, options.closing]);
  const alive = keepAlive(ending, options, ended.signal, () => deadline.abort(new Error('the membership is over')));
  const work = Promise.resolve()
    .then(() => options.listener.beforeRejoin(signal))
    .catch(options.onThrow);
  const overtime = new Promise<void>((resolve) => {
    const start = (): void => {
      sleep(overtimeMs, undefined, { signal: ended.signal }).then(resolve, resolve);
    };
    if (signal.aborted) start();
    else signal.addEventListener('abort', start, { once: true });
  });
  await Promise.race([work, overtime]);
  clearTimeout(limit);
  ended.abort();
  await alive;
}

async function keepAlive(
  { coordinator, ...identity }: EndingMembership,
  options: BarrierOptions,
  ended: AbortSignal,
  onFenced: () => void,
): Promise<void> {
  while (!ended.aborted) {
    const sentAt = performance.now();
    try {
      await coordinator.heartbeat(identity);
      options.onHeartbeat(sentAt);
    } catch (error) {
      const type = (error as { type?: unknown } | null)?.type;
      // The answer of a coordinator that waits for this very member: the session is alive.
      if (type === 'REBALANCE_IN_PROGRESS') options.onHeartbeat(sentAt);
      else if (['not-in-group', 'fenced'].includes(classifyClientFailure(error))) return onFenced();
    }
    await sleep(options.heartbeatIntervalMs, undefined, { signal: ended }).catch(() => undefined);
  }
}
