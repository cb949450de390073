import { CodedError, deadLetter } from '@millrace/messaging';
import type { Encoder } from '../embedded/encoder.ts';
import { countFeatures, type FeatureCounts, featureVersion, weigh } from '../embedded/features.ts';
import { labelsOf, type PackManifest, queueOf } from '../embedded/manifest.ts';
import { writePack } from '../embedded/pack.ts';
import { argmax, combine, denseLog, sparseLogOf, standardise, temper } from '../embedded/predict.ts';
import { queueMass } from '../embedded/queue-mass.ts';
import { createRandom, type Random } from '../embedded/random.ts';
import { trainDense, trainSparse } from '../embedded/softmax.ts';
import { type DenseHead, quantise, type SparseHead } from '../embedded/weights.ts';
import { fitFast, fitMean, fitThresholds, type HeldOut, quantile } from './calibrate.ts';
import type { Dataset, Example } from './dataset.ts';
import { embedAll, encoderCharacters } from './embed-all.ts';
import { measure } from './measure.ts';
import { queuesByIntent, type Recipe } from './recipe.ts';

/** What training does at the moment, for a progress line. */
export interface TrainProgress {
  readonly step: 'embed' | 'train held-out' | 'calibrate' | 'train all' | 'write';
  readonly done: number;
  readonly total: number;
}

export interface TrainOptions {
  readonly dataset: Dataset;
  readonly recipe: Recipe;
  readonly encoder: Encoder;
  /** Folder of the pack; made when absent. */
  readonly out: string;
  readonly onProgress?: (progress: TrainProgress) => void;
}

const buckets = 2 ** 15;
const seed = 77;
const heldOutShare = 0.1;
const cascadeShare = 0.3;
/** So many held-out texts are given up to keep other subjects out. */
const leastIntentShare = 0.02;
const smallestLabel = 5;
const thresholdTarget = { precision: 0.95, floor: 0.5, ceiling: 0.8 };
/** Chosen on a held-out part of Banking77's training file; good defaults for a few thousand short texts. */
const sparseTraining = { epochs: 6, rate: 0.2, decay: 0 };
const denseTraining = { epochs: 15, rate: 0.003, batch: 64, l2: 0.001 };

/**
 * Trains both heads and writes a pack. The same data, recipe and encoder give the same bytes and so the same hash:
 * every shuffle is seeded, nothing in the pack tells the time.
 * Ninety per cent train first, a stratified tenth fits the mean, the temperatures and the thresholds; then all train again.
 */
export async function trainPack(options: TrainOptions, signal?: AbortSignal): Promise<PackManifest> {
  const { dataset, recipe, encoder, out } = options;
  const report = options.onProgress ?? (() => {});
  const intents = [...new Set(dataset.examples.map((example) => example.label))].sort();
  const truth = Int32Array.from(dataset.examples, (example) => intents.indexOf(example.label));
  const queues = queuesByIntent(recipe.queues, intents);
  refuseSmall(intents, truth);

  const counts = dataset.examples.map((example) => countFeatures(example.text, buckets));
  const vectors = await embedAll(encoder, dataset.examples.map(textOf), { onProgress: step(report, 'embed') }, signal);
  const material: Material = { counts, vectors, truth, labels: intents.length, dimensions: encoder.dimensions };

  const { train, held } = split(truth, intents.length, createRandom(seed));
  report({ step: 'train held-out', done: 0, total: 1 });
  const trial = trainHeads(material, train);
  report({ step: 'calibrate', done: 0, total: 1 });
  const calibration = calibrate(material, held, trial, { intents, queues });
  signal?.throwIfAborted();
  report({ step: 'train all', done: 0, total: 1 });
  const heads = trainHeads(material, [...truth.keys()]);

  report({ step: 'write', done: 0, total: 1 });
  return writePack(out, {
    ...heads,
    manifest: {
      format: 1,
      name: recipe.name,
      version: recipe.version,
      task: recipe.task,
      language: recipe.language,
      intents,
      queues,
      features: { version: featureVersion, buckets },
      encoder: {
        name: encoder.name,
        dimensions: encoder.dimensions,
        hash: encoder.hash,
        characters: encoderCharacters,
      },
      ...calibration,
      data: {
        sha256: dataset.sha256,
        rows: dataset.examples.length,
        licence: recipe.licence,
        attribution: recipe.attribution,
      },
    },
  });
}

interface Material {
  readonly counts: readonly FeatureCounts[];
  readonly vectors: readonly Float32Array[];
  readonly truth: Int32Array;
  readonly labels: number;
  readonly dimensions: number;
}

interface Heads {
  readonly sparse: SparseHead;
  readonly dense: DenseHead;
}

function trainHeads(material: Material, rows: readonly number[]): Heads {
  const truth = Int32Array.from(rows, (row) => material.truth[row] ?? 0);
  return { sparse: trainSparseHead(material, rows, truth), dense: trainDenseHead(material, rows, truth) };
}

function trainSparseHead(material: Material, rows: readonly number[], truth: Int32Array): SparseHead {
  const counts = rows.flatMap((row) => material.counts[row] ?? []);
  const idf = inverseFrequencies(counts);
  const texts = counts.map((count) => weigh(count, idf));
  const shape = { buckets, labels: material.labels };
  return {
    idf,
    ...quantise(trainSparse(texts, truth, shape, sparseTraining, createRandom(seed + 1)), material.labels),
  };
}

function inverseFrequencies(counts: readonly FeatureCounts[]): Float32Array {
  const frequency = new Uint32Array(buckets);
  for (const count of counts) {
    for (const { buckets: seen } of [count.words, count.characters]) {
      for (const bucket of seen) frequency[bucket] = (frequency[bucket] ?? 0) + 1;
    }
  }
  return Float32Array.from(frequency, (df) => (df === 0 ? 0 : Math.log((1 + counts.length) / (1 + df)) + 1));
}

function trainDenseHead(material: Material, rows: readonly number[], truth: Int32Array): DenseHead {
  const { dimensions, labels } = material;
  const vectors = rows.flatMap((row) => material.vectors[row] ?? []);
  const scale = standardisation(vectors, dimensions);
  const inputs = new Float32Array(vectors.length * dimensions);
  for (const [at, vector] of vectors.entries()) inputs.set(standardise(vector, scale), at * dimensions);
  const weights = trainDense(inputs, truth, { dimensions, labels }, denseTraining, createRandom(seed + 2));
  return { ...scale, weights };
}

/** Raw embeddings lose 5 points to standardised ones under the same regression. */
function standardisation(vectors: readonly Float32Array[], dimensions: number): Omit<DenseHead, 'weights'> {
  const sum = new Float64Array(dimensions);
  const squares = new Float64Array(dimensions);
  for (const vector of vectors) {
    for (let d = 0; d < dimensions; d++) {
      const value = vector[d] as number;
      sum[d] = (sum[d] as number) + value;
      squares[d] = (squares[d] as number) + value * value;
    }
  }
  const mean = Float32Array.from(sum, (total) => total / vectors.length);
  const inverseDeviation = Float32Array.from(squares, (total, d) => {
    const variance = total / vectors.length - (mean[d] as number) ** 2;
    return variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  });
  return { mean, inverseDeviation };
}

type Calibration = Pick<PackManifest, 'share' | 'temperature' | 'cascade' | 'thresholds' | 'leastIntent' | 'heldOut'>;

function calibrate(
  material: Material,
  held: readonly number[],
  heads: Heads,
  naming: Pick<PackManifest, 'intents' | 'queues'>,
): Calibration {
  const idf = heads.sparse.idf;
  const heldOut: HeldOut = {
    sparse: held.map((row) => sparseLogOf(weigh(material.counts[row] as FeatureCounts, idf), heads.sparse)),
    dense: held.map((row) => denseLog(material.vectors[row] as Float32Array, heads.dense)),
    truth: held.map((row) => material.truth[row] ?? 0),
  };
  const mean = fitMean(heldOut);
  const fastTemperature = fitFast(heldOut);
  const fast = heldOut.sparse.map((log) => temper(log, fastTemperature));
  const full = heldOut.sparse.map((log, at) => combine(log, heldOut.dense[at] as Float64Array, mean));
  const intentOf = (index: number): string => naming.intents[index] ?? '';
  const measures = measure(
    full.map((probabilities, at) => {
      const best = argmax(probabilities);
      return {
        predicted: intentOf(best),
        confidence: probabilities[best] ?? 0,
        truth: intentOf(heldOut.truth[at] ?? 0),
      };
    }),
  );
  const answers = full.map((probabilities, at) => {
    const [top] = queueMass(probabilities, naming);
    const truth = queueOf(naming, intentOf(heldOut.truth[at] ?? 0));
    return { label: top.label, confidence: top.probability, isRight: top.label === truth };
  });
  return {
    share: mean.share,
    temperature: { fast: fastTemperature, full: mean.temperature },
    cascade: {
      threshold: quantile(fast.map(highest), cascadeShare),
      share: cascadeShare,
    },
    thresholds: fitThresholds(labelsOf(naming), answers, thresholdTarget),
    leastIntent: quantile(full.map(highest), leastIntentShare),
    heldOut: { rows: held.length, accuracy: measures.accuracy, macroF1: measures.macroF1, ece: measures.ece },
  };
}

/** Stratified: a tenth of every label, at least one. */
function split(
  truth: Int32Array,
  labels: number,
  random: Random,
): { readonly train: readonly number[]; readonly held: readonly number[] } {
  const train: number[] = [];
  const held: number[] = [];
  for (let label = 0; label < labels; label++) {
    const rows = [...truth.keys()].filter((row) => truth[row] === label);
    random.shuffle(rows);
    const taken = Math.max(1, Math.round(rows.length * heldOutShare));
    held.push(...rows.slice(0, taken));
    train.push(...rows.slice(taken));
  }
  return { train: train.sort((a, b) => a - b), held: held.sort((a, b) => a - b) };
}

function refuseSmall(intents: readonly string[], truth: Int32Array): void {
  const counts = new Uint32Array(intents.length);
  for (const label of truth) counts[label] = (counts[label] ?? 0) + 1;
  const small = intents.filter((_, at) => (counts[at] ?? 0) < smallestLabel);
  if (intents.length >= 2 && small.length === 0) return;
  const why =
    intents.length < 2 ? 'there are fewer than two labels' : `under ${smallestLabel} examples: ${small.join(', ')}`;
  throw new CodedError('X_MODEL_DATA_TOO_SMALL', `a pack cannot be trained on this data: ${why}`, {
    disposition: deadLetter,
  });
}

const highest = (row: Float64Array): number => row[argmax(row)] ?? 0;

const textOf = (example: Example): string => example.text;

function step(report: (progress: TrainProgress) => void, name: 'embed'): (done: number, total: number) => void {
  return (done, total) => report({ step: name, done, total });
}
