/** One prediction to be scored: what was said, how surely, and what was true. */
export interface Scored {
  readonly predicted: string;
  readonly confidence: number;
  readonly truth: string;
}

/** A point of the coverage curve: answering only from this confidence up. */
export interface CoveragePoint {
  readonly threshold: number;
  readonly coverage: number;
  /** Of what is answered; null when nothing is. */
  readonly accuracy: number | null;
}

export interface Measures {
  readonly accuracy: number;
  readonly macroF1: number;
  /** Expected calibration error over 15 equal bins: how far confidence is from the share that is right. */
  readonly ece: number;
  readonly coverage: readonly CoveragePoint[];
}

const bins = 15;
const curve = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

export function measure(scored: readonly Scored[]): Measures {
  return {
    accuracy: round(accuracyOf(scored) ?? 0),
    macroF1: round(macroF1(scored)),
    ece: round(expectedCalibrationError(scored)),
    coverage: curve.map((threshold) => {
      const kept = scored.filter((item) => item.confidence >= threshold);
      const accuracy = accuracyOf(kept);
      return {
        threshold,
        coverage: round(kept.length / scored.length),
        accuracy: accuracy === null ? null : round(accuracy),
      };
    }),
  };
}

export function accuracyOf(scored: readonly Scored[]): number | null {
  if (scored.length === 0) return null;
  return scored.filter((item) => item.predicted === item.truth).length / scored.length;
}

export function macroF1(scored: readonly Scored[]): number {
  const labels = [...new Set(scored.map((item) => item.truth))];
  const f1 = labels.map((label) => {
    const predicted = scored.filter((item) => item.predicted === label);
    const actual = scored.filter((item) => item.truth === label);
    const right = predicted.filter((item) => item.truth === label).length;
    return (2 * right) / (predicted.length + actual.length);
  });
  return f1.reduce((sum, value) => sum + value, 0) / labels.length;
}

export function expectedCalibrationError(scored: readonly Scored[]): number {
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const inside = scored.filter((item) => Math.min(bins - 1, Math.floor(item.confidence * bins)) === bin);
    if (inside.length === 0) continue;
    const confidence = inside.reduce((sum, item) => sum + item.confidence, 0) / inside.length;
    error += (Math.abs(confidence - (accuracyOf(inside) ?? 0)) * inside.length) / scored.length;
  }
  return error;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
