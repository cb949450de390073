import type { Encoder } from '../embedded/encoder.ts';
import { queueOf } from '../embedded/manifest.ts';
import { expectEncoder, type Pack } from '../embedded/pack.ts';
import { argmax, combine, denseLog, sparseLog, temper } from '../embedded/predict.ts';
import { queueMass } from '../embedded/queue-mass.ts';
import type { ClassifyMode } from '../model.ts';
import type { Example } from './dataset.ts';
import { embedAll } from './embed-all.ts';
import { type Measures, measure, type Scored } from './measure.ts';

/** What one mode makes of the data. */
export interface ModeReport extends Measures {
  /** The share of texts the dense head was asked for. */
  readonly denseShare: number;
  /** The same, of the labels that a judgement carries (queues), at the pack's own thresholds. */
  readonly queues: { readonly accuracy: number; readonly accepted: number; readonly acceptedAccuracy: number | null };
}

/** Accuracy, macro-F1, calibration and coverage are of mode `full`, on intents; the other modes stand beside it. */
export interface PackReport extends Measures {
  readonly pack: { readonly name: string; readonly version: string; readonly hash: string };
  readonly rows: number;
  readonly modes: Readonly<Record<ClassifyMode, ModeReport>>;
}

export interface EvalOptions {
  readonly pack: Pack;
  readonly encoder: Encoder;
  readonly examples: readonly Example[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** Scores a pack on labelled texts it has not seen. */
export async function evalPack(options: EvalOptions, signal?: AbortSignal): Promise<PackReport> {
  const { pack, encoder, examples } = options;
  const { manifest } = pack;
  expectEncoder(pack, encoder);
  const onProgress = options.onProgress ?? (() => {});
  const vectors = await embedAll(
    encoder,
    examples.map((example) => example.text),
    { onProgress },
    signal,
  );
  const fast: Row[] = [];
  const full: Row[] = [];
  const cascade: Row[] = [];
  for (const [at, example] of examples.entries()) {
    const sparse = sparseLog(example.text, pack.sparse);
    const quick = temper(sparse, manifest.temperature.fast);
    const both = combine(sparse, denseLog(vectors[at] as Float32Array, pack.dense), {
      share: manifest.share,
      temperature: manifest.temperature.full,
    });
    const isUnsure = (quick[argmax(quick)] ?? 0) < manifest.cascade.threshold;
    fast.push({ probabilities: quick, isDense: false });
    full.push({ probabilities: both, isDense: true });
    cascade.push({ probabilities: isUnsure ? both : quick, isDense: isUnsure });
  }
  const modes = {
    fast: report(fast, pack, examples),
    cascade: report(cascade, pack, examples),
    full: report(full, pack, examples),
  };
  const { accuracy, macroF1, ece, coverage } = modes.full;
  const { name, version, hash } = manifest;
  return { accuracy, macroF1, ece, coverage, pack: { name, version, hash }, rows: examples.length, modes };
}

interface Row {
  readonly probabilities: Float64Array;
  readonly isDense: boolean;
}

function report(rows: readonly Row[], { manifest }: Pack, examples: readonly Example[]): ModeReport {
  const intents = rows.map(({ probabilities }, at): Scored => {
    const best = argmax(probabilities);
    return {
      predicted: manifest.intents[best] ?? '',
      confidence: probabilities[best] ?? 0,
      truth: examples[at]?.label ?? '',
    };
  });
  const queues = rows.map(({ probabilities }, at): Scored => {
    const [top] = queueMass(probabilities, manifest);
    return { predicted: top.label, confidence: top.probability, truth: queueOf(manifest, examples[at]?.label ?? '') };
  });
  const accepted = queues.filter(
    (item, at) =>
      item.confidence >= (manifest.thresholds[item.predicted] ?? 1) &&
      (intents[at]?.confidence ?? 0) >= manifest.leastIntent,
  );
  return {
    ...measure(intents),
    denseShare: share(rows.filter((row) => row.isDense).length, rows.length),
    queues: {
      accuracy: share(queues.filter(isRight).length, queues.length),
      accepted: share(accepted.length, queues.length),
      acceptedAccuracy: accepted.length === 0 ? null : share(accepted.filter(isRight).length, accepted.length),
    },
  };
}

const isRight = (item: Scored): boolean => item.predicted === item.truth;

function share(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 10_000;
}
