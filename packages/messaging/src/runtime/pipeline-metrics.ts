import { instantOf } from '@millrace/contracts';
import { type Metrics, names } from '@millrace/service';
import type { BreakerState } from '../breaker.ts';
import type { Envelope } from '../envelope.ts';
import type { Outcome } from '../pipeline.ts';
import type { Failure } from './failure.ts';
import type { PipelineState } from './pipeline-state.ts';

export type Finished = Outcome['kind'] | 'retried' | 'dead_lettered' | 'discarded';

/** Observing a histogram costs more than some handlers: of more records than this between two flushes it takes a sample. */
const observedPerFlush = 1_000;

/** What the runtime has to tell, one function per happening. */
export interface PipelineMetrics {
  finished(outcome: Finished): void;
  filtered(reason: string): void;
  failed(failure: Failure): void;
  /** Whether this record's times should be observed at all. */
  isSampled(): boolean;
  observe(envelope: Envelope<unknown>, writtenAt: number, handleMs: number, now: number): void;
  batch(records: number): void;
  assigned(): void;
  breaker(state: BreakerState): void;
  state(state: PipelineState): void;
  /** Adds up what was counted since, and begins a new sample; called every second or so. Per record only a number changes. */
  flush(): void;
  /** The last of it: how it stands is not shown any more. */
  close(): void;
}

const states = ['running', 'halted', 'open'] as const;
const breakerStates: readonly BreakerState[] = ['closed', 'open', 'half-open'];
const outcomes: readonly Finished[] = [
  'emitted',
  'delivered',
  'filtered',
  'superseded',
  'retried',
  'dead_lettered',
  'discarded',
];

/** Everything that can be known of a group before its first record is shown at once, at 0. */
export function createPipelineMetrics(metrics: Metrics, group: string): PipelineMetrics {
  const tree = names.metrics.pipeline;
  const records = metrics.counter(tree.records);
  const errors = metrics.counter(tree.errors);
  const drops = metrics.counter(tree.drops);
  const handleSeconds = metrics.histogram(tree.handleSeconds);
  const eventAge = metrics.histogram(tree.eventAgeSeconds);
  const receiptAge = metrics.histogram(tree.receiptAgeSeconds);
  const batchRecords = metrics.histogram(tree.batchRecords);
  const rebalances = metrics.counter(tree.rebalances);
  const breakers = metrics.counter(tree.breakerTransitions);
  const stateGauge = metrics.gauge(tree.state);
  const breakerGauge = metrics.gauge(tree.breakerState);
  const showBreaker = (current: BreakerState): void => {
    for (const state of breakerStates) breakerGauge.set({ group, state }, state === current ? 1 : 0);
  };
  for (const outcome of outcomes) records.zero({ group, outcome });
  for (const histogram of [handleSeconds, eventAge, receiptAge, batchRecords]) histogram.zero({ group });
  rebalances.zero({ group });
  for (const state of breakerStates) breakers.zero({ group, state });
  for (const state of states) stateGauge.set({ group, state }, 0);
  showBreaker('closed');
  const finishedCounts = new Map<Finished, number>();
  const filteredCounts = new Map<string, number>();
  let observed = 0;

  const flush = (): void => {
    for (const [outcome, count] of finishedCounts) records.inc({ group, outcome }, count);
    for (const [reason, count] of filteredCounts) drops.inc({ group, reason, intentional: 'true' }, count);
    observed = 0;
    finishedCounts.clear();
    filteredCounts.clear();
  };

  return {
    finished(outcome) {
      finishedCounts.set(outcome, (finishedCounts.get(outcome) ?? 0) + 1);
    },
    filtered(reason) {
      filteredCounts.set(reason, (filteredCounts.get(reason) ?? 0) + 1);
    },
    failed: ({ code, disposition }) => errors.inc({ group, code, disposition: disposition.kind }),
    isSampled() {
      observed += 1;
      return observed <= observedPerFlush;
    },
    observe(envelope, writtenAt, handleMs, now) {
      handleSeconds.observe({ group }, handleMs / 1_000);
      receiptAge.observe({ group }, Math.max(0, now - writtenAt) / 1_000);
      const eventTime = instantOf(envelope.time);
      if (eventTime !== null) eventAge.observe({ group }, Math.max(0, now - eventTime) / 1_000);
    },
    batch: (count) => batchRecords.observe({ group }, count),
    assigned: () => rebalances.inc({ group }),
    breaker(state) {
      breakers.inc({ group, state });
      showBreaker(state);
    },
    state(current) {
      for (const state of states) stateGauge.set({ group, state }, state === current.state ? 1 : 0);
    },
    flush,
    close() {
      flush();
      for (const state of states) stateGauge.remove({ group, state });
      for (const state of breakerStates) breakerGauge.remove({ group, state });
    },
  };
}
