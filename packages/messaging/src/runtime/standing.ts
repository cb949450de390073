import { type Logger, names } from '@millrace/service';
import type { BreakerState } from '../breaker.ts';
import type { Failure } from './failure.ts';
import type { Pauses } from './pauses.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { PipelineState, StatePublisher } from './pipeline-state.ts';

export interface StandingOptions {
  readonly group: string;
  readonly pauses: Pauses;
  readonly metrics: PipelineMetrics;
  readonly publisher: StatePublisher;
  readonly logger: Logger;
  readonly beforeResume: () => Promise<void> | void;
  /** Something may start again. */
  readonly onLifted: () => void;
}

/**
 * Whether a pipeline may work.
 * - *running*;
 * - *halted*: no record could work (or an operator said so); only `resume` lifts it. It hides *open*;
 * - *open*: its dependency is away, from the breaker's first opening until it closes, its probes included.
 */
export interface Standing {
  current(): PipelineState;
  isHalted(): boolean;
  /** Says how it stands, to metrics and `ops.pipelines`. */
  announce(): void;
  halt(code: string, failure: Failure | null): void;
  resume(): Promise<void>;
  breakerChanged(state: BreakerState): void;
  /** What an opening is put down to. */
  failed(failure: Failure): void;
}

export function createStanding(options: StandingOptions): Standing {
  const { group, pauses, metrics, publisher, logger } = options;
  let haltCode: string | null = null;
  let haltReason: string | null = null;
  let openCode: string | null = null;
  let lastFailureCode = 'X_BREAKER_OPEN';

  const current = (): PipelineState => {
    if (haltCode !== null) return { state: 'halted', code: haltCode };
    return openCode === null ? { state: 'running', code: null } : { state: 'open', code: openCode };
  };
  const announce = (): void => {
    metrics.state(current());
    publisher.publish({ ...current(), reason: haltReason });
  };

  return {
    current,
    announce,
    isHalted: () => haltCode !== null,
    halt(code, failure) {
      if (haltCode !== null) return;
      haltCode = code;
      haltReason = failure?.message ?? null;
      pauses.pauseAll('halt');
      logger.error({ group, code, error: failure?.message ?? null }, names.logs.pipeline.halted);
      announce();
    },
    async resume() {
      if (haltCode === null) return;
      await options.beforeResume();
      haltCode = null;
      haltReason = null;
      pauses.liftAll('halt');
      logger.info({ group }, names.logs.pipeline.resumed);
      announce();
      options.onLifted();
    },
    breakerChanged(state) {
      metrics.breaker(state);
      if (state === 'open') {
        // Paused until the first probe. From then on what is fetched is bounded by its marks, not by a pause: a probe that
        // is refused at once would end that before anything came, and the record that could close it might be further on.
        if (openCode !== null) return;
        pauses.pauseAll('breaker');
        openCode = lastFailureCode;
        logger.error({ group, code: openCode }, names.logs.pipeline.breakerOpened);
        announce();
        return;
      }
      pauses.liftAll('breaker');
      if (state === 'closed' && openCode !== null) {
        openCode = null;
        logger.info({ group }, names.logs.pipeline.breakerClosed);
        announce();
      }
      options.onLifted();
    },
    failed({ code }) {
      lastFailureCode = code;
    },
  };
}
