import type { BrokerAdmin } from '../broker.ts';
import { type Clock, sleep } from '../clock.ts';
import { isCodedError } from '../disposition.ts';

const firstWaitMs = 200;
const longestWaitMs = 10_000;

export interface UntilAvailableOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onWait: (error: unknown, waitMs: number) => void;
}

/** Kafka or the registry being away at boot, or not letting us in, is no reason to die: waits longer each time, until aborted. */
export async function untilAvailable(open: () => Promise<void>, options: UntilAvailableOptions): Promise<void> {
  const { clock, signal, onWait } = options;
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (!isCodedError(error) || (error.disposition.kind !== 'retry' && !error.unavailable)) throw error;
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10));
      onWait(error, waitMs);
      await sleep(clock, waitMs, signal).catch(() => undefined);
    }
  }
}

/** How long each topic keeps its records, where that is limited. */
export async function readRetention(
  admin: BrokerAdmin,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const retention = new Map<string, number>();
  for (const { name, config } of await admin.describeTopics(topics)) {
    const ms = Number(config['retention.ms'] ?? -1);
    if (ms > 0) retention.set(name, ms);
  }
  return retention;
}
