import { type Logger, names } from '@millrace/service';
import type { Clock } from '../clock.ts';
import { CodedError, halt } from '../disposition.ts';
import type { HandlerSignals } from './handler-signals.ts';
import type { Entry } from './partition-state.ts';
import type { PipelineSettings } from './settings.ts';

export interface StuckWatchOptions {
  readonly group: string;
  readonly settings: Pick<PipelineSettings, 'maxProcessingMs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whose unfinished handler was started first. */
  readonly processor: { readonly oldest: Entry | null };
  readonly commit: () => Promise<void>;
  readonly signals: Pick<HandlerSignals, 'abort'>;
  readonly onFatal: (error: Error) => void;
}

/** Ends the process when its oldest unfinished handler obeyed no signal in time. A record that was not started is never old. */
export interface StuckWatch {
  look(): void;
  /** This pipeline ends the process, because of what one handler does. */
  isFatal(): boolean;
}

export function createStuckWatch(options: StuckWatchOptions): StuckWatch {
  const { group, clock, logger, processor, commit, signals, onFatal } = options;
  const { maxProcessingMs } = options.settings;
  let isFatal = false;

  return {
    isFatal: () => isFatal,
    look() {
      const { oldest } = processor;
      if (oldest === null || isFatal || clock.monotonic() - oldest.startedAt <= maxProcessingMs) return;
      isFatal = true;
      const message = `a handler of ${group} runs for more than ${maxProcessingMs} ms; see maxProcessingMs`;
      const error = new CodedError('X_HANDLER_STUCK', message, { disposition: halt });
      oldest.partition.tenure.suspect(oldest.record.offset);
      void commit();
      logger.error({ group, code: error.code }, names.logs.pipeline.stuck);
      signals.abort(error);
      onFatal(error);
    },
  };
}
