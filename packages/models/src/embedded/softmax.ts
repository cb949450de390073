import type { SparseVector } from './features.ts';
import type { Random } from './random.ts';

/** Scores to probabilities in place; temperature above 1 flattens. */
export function softmaxInPlace(scores: Float64Array, temperature = 1): void {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const weight = Math.exp(((scores[i] ?? 0) - highest) / temperature);
    scores[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) / sum;
}

export interface SparseTraining {
  readonly epochs: number;
  readonly rate: number;
  /** Pull towards zero at each touch of a weight. */
  readonly decay: number;
}

/** Weights as [bucket][label], so that one feature's labels lie side by side. Softmax regression by AdaGrad, one text at a time. */
export function trainSparse(
  texts: readonly SparseVector[],
  labels: Int32Array,
  shape: { readonly buckets: number; readonly labels: number },
  training: SparseTraining,
  random: Random,
): Float32Array {
  const width = shape.labels;
  const weights = new Float32Array(shape.buckets * width);
  const squares = new Float32Array(shape.buckets * width).fill(1e-3);
  const scores = new Float64Array(width);
  const order = Array.from(texts.keys());
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    random.shuffle(order);
    for (const at of order) {
      const text = texts[at];
      if (text === undefined) continue;
      scoreSparse(text, weights, scores);
      softmaxInPlace(scores);
      const label = labels[at] ?? 0;
      scores[label] = (scores[label] ?? 0) - 1;
      stepSparse(text, scores, weights, squares, training);
    }
  }
  return weights;
}

function scoreSparse(text: SparseVector, weights: Float32Array, scores: Float64Array): void {
  scores.fill(0);
  const width = scores.length;
  for (let i = 0; i < text.index.length; i++) {
    const base = (text.index[i] as number) * width;
    const value = text.value[i] as number;
    for (let c = 0; c < width; c++) scores[c] = (scores[c] as number) + value * (weights[base + c] as number);
  }
}

function stepSparse(
  text: SparseVector,
  gradient: Float64Array,
  weights: Float32Array,
  squares: Float32Array,
  training: SparseTraining,
): void {
  const width = gradient.length;
  for (let i = 0; i < text.index.length; i++) {
    const base = (text.index[i] as number) * width;
    const value = text.value[i] as number;
    for (let c = 0; c < width; c++) {
      const at = base + c;
      const weight = weights[at] as number;
      const g = (gradient[c] as number) * value + training.decay * weight;
      const square = (squares[at] as number) + g * g;
      squares[at] = square;
      weights[at] = weight - (training.rate * g) / Math.sqrt(square);
    }
  }
}

export interface DenseTraining {
  readonly epochs: number;
  readonly rate: number;
  readonly batch: number;
  readonly l2: number;
}

/** Rows of `inputs` are standardised vectors. Returns [label][dimension + 1], the last column the bias. Adam on mini-batches. */
export function trainDense(
  inputs: Float32Array,
  labels: Int32Array,
  shape: { readonly dimensions: number; readonly labels: number },
  training: DenseTraining,
  random: Random,
): Float32Array {
  const { dimensions, labels: width } = shape;
  const stride = dimensions + 1;
  const weights = new Float32Array(width * stride);
  const gradient = new Float64Array(width * stride);
  const adam = createAdam(weights.length);
  const scores = new Float64Array(width);
  const order = Array.from({ length: labels.length }, (_, at) => at);
  for (let epoch = 0; epoch < training.epochs; epoch++) {
    random.shuffle(order);
    const rate = training.rate * (1 - epoch / training.epochs);
    for (let from = 0; from < order.length; from += training.batch) {
      const batch = order.slice(from, from + training.batch);
      gradient.fill(0);
      for (const at of batch) {
        scoreDense(inputs, at * dimensions, dimensions, weights, scores);
        softmaxInPlace(scores);
        const label = labels[at] ?? 0;
        scores[label] = (scores[label] ?? 0) - 1;
        addOuter(inputs, at * dimensions, dimensions, scores, gradient);
      }
      adam(weights, gradient, { rate, scale: 1 / batch.length, l2: training.l2 });
    }
  }
  return weights;
}

export function scoreDense(
  inputs: Float32Array,
  from: number,
  dimensions: number,
  weights: Float32Array,
  scores: Float64Array,
): void {
  const stride = dimensions + 1;
  for (let c = 0; c < scores.length; c++) {
    const base = c * stride;
    let sum = weights[base + dimensions] as number;
    for (let d = 0; d < dimensions; d++) sum += (inputs[from + d] as number) * (weights[base + d] as number);
    scores[c] = sum;
  }
}

function addOuter(
  inputs: Float32Array,
  from: number,
  dimensions: number,
  errors: Float64Array,
  gradient: Float64Array,
): void {
  const stride = dimensions + 1;
  for (let c = 0; c < errors.length; c++) {
    const error = errors[c] as number;
    if (Math.abs(error) < 1e-5) continue;
    const base = c * stride;
    for (let d = 0; d < dimensions; d++) {
      gradient[base + d] = (gradient[base + d] as number) + error * (inputs[from + d] as number);
    }
    gradient[base + dimensions] = (gradient[base + dimensions] as number) + error;
  }
}

type AdamStep = (
  weights: Float32Array,
  gradient: Float64Array,
  step: { readonly rate: number; readonly scale: number; readonly l2: number },
) => void;

function createAdam(size: number): AdamStep {
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  let keep1 = 1;
  let keep2 = 1;
  return (weights, gradient, { rate, scale, l2 }) => {
    keep1 *= 0.9;
    keep2 *= 0.999;
    for (let i = 0; i < size; i++) {
      const weight = weights[i] as number;
      const g = (gradient[i] as number) * scale + l2 * weight;
      const m = 0.9 * (first[i] as number) + 0.1 * g;
      const v = 0.999 * (second[i] as number) + 0.001 * g * g;
      first[i] = m;
      second[i] = v;
      weights[i] = weight - (rate * (m / (1 - keep1))) / (Math.sqrt(v / (1 - keep2)) + 1e-8);
    }
  };
}
