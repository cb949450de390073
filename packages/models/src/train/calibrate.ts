import { combine, type LogProbabilities, temper } from '../embedded/predict.ts';

/** The held-out part as both heads see it. */
export interface HeldOut {
  readonly sparse: readonly LogProbabilities[];
  readonly dense: readonly LogProbabilities[];
  readonly truth: readonly number[];
}

/** How both heads' votes become one probability: the geometric mean's share and one temperature, by held-out likelihood. */
export function fitMean(heldOut: HeldOut): { readonly share: number; readonly temperature: number } {
  let best = { share: 0.5, temperature: 1, loss: Infinity };
  for (let step = 6; step <= 14; step++) {
    const share = step / 20;
    const temperature = fitTemperature((t) =>
      loss(heldOut.truth, (at) =>
        combine(itemAt(heldOut.sparse, at), itemAt(heldOut.dense, at), { share, temperature: t }),
      ),
    );
    if (temperature.loss < best.loss) best = { share, temperature: temperature.value, loss: temperature.loss };
  }
  return { share: best.share, temperature: best.temperature };
}

/** The temperature of the tf-idf head alone. */
export function fitFast(heldOut: Pick<HeldOut, 'sparse' | 'truth'>): number {
  return fitTemperature((t) => loss(heldOut.truth, (at) => temper(itemAt(heldOut.sparse, at), t))).value;
}

/** The value below which `share` of the items lie; rounded, so that the pack states a readable number. */
export function quantile(values: readonly number[], share: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  const at = Math.min(ascending.length - 1, Math.floor(ascending.length * share));
  return Math.round((ascending[at] ?? 0) * 1000) / 1000;
}

export interface Answer {
  readonly label: string;
  readonly confidence: number;
  readonly isRight: boolean;
}

/**
 * Per label the lowest confidence from which held-out answers are right often enough; never below the floor, which keeps
 * texts about something else out, and never above the ceiling, so that a label with few errors still answers.
 */
export function fitThresholds(
  labels: readonly string[],
  answers: readonly Answer[],
  target: { readonly precision: number; readonly floor: number; readonly ceiling: number },
): Record<string, number> {
  return Object.fromEntries(
    labels.map((label) => [
      label,
      thresholdOf(
        answers.filter((answer) => answer.label === label),
        target,
      ),
    ]),
  );
}

function thresholdOf(
  answers: readonly Answer[],
  target: { readonly precision: number; readonly floor: number; readonly ceiling: number },
): number {
  const descending = [...answers].sort((a, b) => b.confidence - a.confidence);
  let right = 0;
  let threshold = target.ceiling;
  for (const [at, answer] of descending.entries()) {
    if (answer.isRight) right++;
    if (right / (at + 1) >= target.precision) threshold = answer.confidence;
  }
  const clamped = Math.min(target.ceiling, Math.max(target.floor, threshold));
  return Math.round(clamped * 1000) / 1000;
}

/** Golden-section search on the logarithm of the temperature. */
function fitTemperature(lossAt: (temperature: number) => number): { readonly value: number; readonly loss: number } {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(0.1);
  let high = Math.log(4);
  for (let step = 0; step < 14; step++) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (lossAt(Math.exp(left)) < lossAt(Math.exp(right))) high = right;
    else low = left;
  }
  const value = Math.round(Math.exp((low + high) / 2) * 1000) / 1000;
  return { value, loss: lossAt(value) };
}

function loss(truth: readonly number[], probabilitiesOf: (at: number) => Float64Array): number {
  let sum = 0;
  for (const [at, label] of truth.entries()) sum -= Math.log(Math.max(probabilitiesOf(at)[label] ?? 0, 1e-12));
  return sum / truth.length;
}

function itemAt(list: readonly LogProbabilities[], at: number): LogProbabilities {
  const found = list[at];
  if (found === undefined) throw new RangeError(`no item ${at}`);
  return found;
}
