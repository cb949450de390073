import type { EntityName, Judgement } from '@millrace/contracts';
import type { DataKind } from '@millrace/dlp';
import type { ClassifyMode } from '@millrace/models';
import { type Metrics, names } from '@millrace/service';

/** What the stage counts. No text, no label of a judgement: labels of metrics are bounded. */
export interface ClassifierMetrics {
  judged(flow: EntityName, judgements: Readonly<Record<string, Judgement>>): void;
  masked(counts: ReadonlyMap<DataKind, number>): void;
  /** Runs a question and counts how long its answer took, waiting in line included. */
  timed<T>(question: { readonly task: string; readonly mode: ClassifyMode }, ask: () => Promise<T>): Promise<T>;
}

/** `monotonic`: milliseconds of a clock that never goes back. */
export function createClassifierMetrics(metrics: Metrics, monotonic: () => number): ClassifierMetrics {
  const { judgements, confidence, inferenceSeconds, masked } = names.metrics.classifier;
  const counted = metrics.counter(judgements);
  const sure = metrics.histogram(confidence);
  const took = metrics.histogram(inferenceSeconds);
  const hidden = metrics.counter(masked);
  return {
    judged(flow, all) {
      for (const [task, { decision, confidence: value }] of Object.entries(all)) {
        counted.inc({ flow, task, decision });
        sure.observe({ flow, task }, value);
      }
    },
    masked(counts) {
      for (const [detector, count] of counts) hidden.inc({ detector }, count);
    },
    async timed({ task, mode }, ask) {
      const from = monotonic();
      const answer = await ask();
      took.observe({ task, mode }, (monotonic() - from) / 1_000);
      return answer;
    },
  };
}
