import { longestReturnMs } from '@millrace/contracts';
import { type Logger, names, type Part } from '@millrace/service';
import type { DeadLetterIndex } from './dead-letter-index.ts';

export interface IndexPruningOptions {
  readonly index: Pick<DeadLetterIndex, 'forget'>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long after its last change a dead letter stays in the index: `longestReturnMs` when absent, so that every answer finds it. */
  readonly keepMs?: number;
  readonly everyMs?: number;
}

/** Forgets now and then what no topic can speak of any more: a dead letter is gone after 30 days, and its copy in a lane later. */
export function createIndexPruning(options: IndexPruningOptions): Part {
  const { index, logger, now, keepMs = longestReturnMs, everyMs = 3_600_000 } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const round = async (): Promise<void> => {
    try {
      const count = await index.forget(now() - keepMs, stopping.signal);
      if (count > 0) logger.info({ count }, names.logs.replay.indexForgotten);
    } catch (error) {
      if (!stopping.signal.aborted) logger.warn({ err: error }, names.logs.ledger.pruneFailed);
    }
  };
  return {
    name: 'index-pruning',
    open: async () => {
      running = round();
      timer = setInterval(() => {
        running = running.then(round);
      }, everyMs).unref();
    },
    close: async () => {
      clearInterval(timer);
      stopping.abort(new Error('stopping'));
      await running;
    },
  };
}
