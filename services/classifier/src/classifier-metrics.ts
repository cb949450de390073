import type { Judgement } from '@millrace/contracts';
import type { DataKind } from '@millrace/dlp';
import type { ClassifyMode } from '@millrace/models';
import { type Metrics, names } from '@millrace/service';

/** What the stage counts. No text, no label of a judgement: labels of metrics are bounded. */
export interface ClassifierMetrics {
  judged(flow: string, judgements: Readonly<Record<string, Judgement>>): void;
  masked(counts: ReadonlyMap<DataKind, number>): void;
  /** Runs a question and counts how long its answer took, waiting in line included. */
  timed<T>(question: { readonly task: string; readonly mode: ClassifyMode }, ask: () => Promise<T>): Promise<T>;
}

/** One question that a flow will ask of each of its messages. */
export interface ExpectedQuestion {
  readonly flow: string;
  /** Name of the judgement. */
  readonly as: string;
  readonly task: string;
  readonly mode: ClassifyMode;
}

const decisions: Readonly<Record<Judgement['decision'], true>> = { accepted: true, abstained: true };
const detectors: Readonly<Record<DataKind, true>> = { EMAIL: true, CARD: true, IBAN: true, PHONE: true };

/** `monotonic`: milliseconds of a clock that never goes back. What is expected is shown at once, at 0. */
export function createClassifierMetrics(
  metrics: Metrics,
  monotonic: () => number,
  expected: readonly ExpectedQuestion[] = [],
): ClassifierMetrics {
  const { judgements, confidence, inferenceSeconds, masked } = names.metrics.classifier;
  const counted = metrics.counter(judgements);
  const sure = metrics.histogram(confidence);
  const took = metrics.histogram(inferenceSeconds);
  const hidden = metrics.counter(masked);
  for (const { flow, as, task, mode } of expected) {
    for (const decision of Object.keys(decisions)) counted.zero({ flow, task: as, decision });
    sure.zero({ flow, task: as });
    took.zero({ task, mode });
  }
  for (const detector of Object.keys(detectors)) hidden.zero({ detector });
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
