import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedError } from './errors.ts';
import type { GuardedProcess } from './guarded-process.ts';
import type { ServerLog } from './server-log.ts';

export interface ReadyOptions {
  readonly part: string;
  readonly child: GuardedProcess;
  readonly log: ServerLog;
  readonly timeoutMs: number;
  /** True when it answers; false or a rejection means not yet. An `EmbeddedError` ends the wait. */
  readonly isReady: () => Promise<boolean>;
  /** Explains an early end from what the server logged, where it can. */
  readonly explain?: (log: string) => EmbeddedError | undefined;
}

/** Polls until the server answers while its process lives. Otherwise stops it and rejects with one sentence. */
export const waitUntilReady = async (options: ReadyOptions): Promise<void> => {
  const { part, child, log, timeoutMs, isReady } = options;
  const deadline = performance.now() + timeoutMs;
  try {
    while (child.isAlive()) {
      if (performance.now() > deadline) {
        throw new EmbeddedError(
          'X_EMBEDDED_NOT_READY',
          `${part} was not ready within ${timeoutMs / 1000} s; see ${log.path}.`,
        );
      }
      const ready = await isReady().catch(rethrowOwn);
      // Who answers may be a stranger on our port: only with the child alive afterwards is it ours.
      if (ready && child.isAlive()) return;
      await Promise.race([pause(25), child.exited]);
    }
    throw await earlyEnd(options);
  } catch (error) {
    await child.stop();
    throw error;
  }
};

const rethrowOwn = (error: unknown): false => {
  if (error instanceof EmbeddedError) throw error;
  return false;
};

const earlyEnd = async ({ part, child, log, explain }: ReadyOptions): Promise<EmbeddedError> => {
  const { code, signal } = await child.exited;
  const explained = explain?.(await log.read().catch(() => ''));
  return (
    explained ??
    new EmbeddedError(
      'X_EMBEDDED_EXITED',
      `${part} ended while it was starting (${signal ?? `code ${code}`}); see ${log.path}.`,
    )
  );
};
