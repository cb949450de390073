import type { Producer } from '../broker.ts';
import { type Clock, sleep } from '../clock.ts';
import { abortReason } from './fenced-signal.ts';
import type { HandlerSignals } from './handler-signals.ts';

/** What a commit may take beyond the deadline. */
const lastCommitMs = 2_000;

/** What a member may take to finish what runs before it leaves its group; what is aborted then runs again. */
const leaveMs = 10_000;

/** By when a member that is asked to leave its group has settled. */
export function leaveDeadline(clock: Clock): AbortSignal {
  const late = new AbortController();
  clock.after(leaveMs, () => late.abort());
  return late.signal;
}

export interface Settling {
  readonly processor: { readonly isIdle: boolean; whenIdle(): Promise<void> };
  readonly signals: Pick<HandlerSignals, 'abort'>;
  readonly producer: Pick<Producer, 'flush'>;
  readonly clock: Clock;
  readonly commit: () => Promise<void>;
}

/** Nothing new starts already. Waits for what runs, aborts it at the deadline, flushes, commits. */
export async function settle(settling: Settling, deadline: AbortSignal): Promise<void> {
  const { processor, signals, producer, clock, commit } = settling;
  const { promise: late, resolve } = Promise.withResolvers<void>();
  if (deadline.aborted) resolve();
  else deadline.addEventListener('abort', () => resolve(), { once: true });
  await Promise.race([processor.whenIdle(), late]);
  if (!processor.isIdle) {
    signals.abort(abortReason('its time to finish has passed'));
    // One turn for handlers that obey at once, so that what they finished is still committed.
    await new Promise((done) => setImmediate(done));
  }
  await Promise.race([producer.flush(), late]);
  await Promise.race([commit(), late.then(() => sleep(clock, lastCommitMs))]);
}
