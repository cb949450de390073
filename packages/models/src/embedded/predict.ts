import { countFeatures, type SparseVector, weigh } from './features.ts';
import { scoreDense, softmaxInPlace } from './softmax.ts';
import type { DenseHead, SparseHead } from './weights.ts';

/** Log-probabilities of one head, before any temperature. */
export type LogProbabilities = Float64Array;

export function sparseLog(text: string, head: SparseHead): LogProbabilities {
  return sparseLogOf(weigh(countFeatures(text, head.idf.length), head.idf), head);
}

export function sparseLogOf(vector: SparseVector, head: SparseHead): LogProbabilities {
  const labels = head.scales.length;
  const scores = new Float64Array(labels);
  const { index, value } = vector;
  const { weights, scales } = head;
  for (let i = 0; i < index.length; i++) {
    const weight = value[i] as number;
    if (weight === 0) continue; // not a feature of any training text
    const base = (index[i] as number) * labels;
    for (let c = 0; c < labels; c++) scores[c] = (scores[c] as number) + weight * (weights[base + c] as number);
  }
  for (let c = 0; c < labels; c++) scores[c] = (scores[c] as number) * (scales[c] as number);
  return toLog(scores);
}

export function denseLog(embedding: Float32Array, head: DenseHead): LogProbabilities {
  const dimensions = head.mean.length;
  const scores = new Float64Array(head.weights.length / (dimensions + 1));
  scoreDense(standardise(embedding, head), 0, dimensions, head.weights, scores);
  return toLog(scores);
}

export function standardise(embedding: Float32Array, head: Omit<DenseHead, 'weights'>): Float32Array {
  const row = new Float32Array(embedding.length);
  for (let d = 0; d < row.length; d++) {
    row[d] = ((embedding[d] as number) - (head.mean[d] as number)) * (head.inverseDeviation[d] as number);
  }
  return row;
}

/** One head alone, at its temperature. */
export function temper(log: LogProbabilities, temperature: number): Float64Array {
  const probabilities = Float64Array.from(log);
  softmaxInPlace(probabilities, temperature);
  return probabilities;
}

/** The weighted geometric mean of both heads, renormalised at one temperature. */
export function combine(
  sparse: LogProbabilities,
  dense: LogProbabilities,
  { share, temperature }: { readonly share: number; readonly temperature: number },
): Float64Array {
  const mixed = new Float64Array(sparse.length);
  for (let c = 0; c < mixed.length; c++) {
    mixed[c] = share * (sparse[c] as number) + (1 - share) * (dense[c] as number);
  }
  softmaxInPlace(mixed, temperature);
  return mixed;
}

/** The first of the largest. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

function toLog(scores: Float64Array): LogProbabilities {
  softmaxInPlace(scores);
  for (let c = 0; c < scores.length; c++) scores[c] = Math.log(Math.max(scores[c] as number, 1e-12));
  return scores;
}
