import { z } from 'zod';

/**
 * `pack.json`: everything about a pack but its weights, which lie beside it and are named by hash.
 * `hash` covers the manifest and, through `files`, every weight: it is what a judgement carries as `model.hash`.
 */
export interface PackManifest {
  readonly format: 1;
  readonly name: string;
  readonly version: string;
  readonly task: string;
  /** ISO 639-1 of the training texts; other languages are abstained from. */
  readonly language: string;
  /** The classes learnt, in weight order. */
  readonly intents: readonly string[];
  /** Intent to the label a judgement carries; an intent not named is its own label. */
  readonly queues: Readonly<Record<string, string>>;
  readonly features: { readonly version: number; readonly buckets: number };
  readonly encoder: {
    readonly name: string;
    readonly dimensions: number;
    readonly hash: string;
    readonly characters: number;
  };
  /** Of the geometric mean: the tf-idf head's share; the dense head has the rest. */
  readonly share: number;
  readonly temperature: { readonly fast: number; readonly full: number };
  /** In mode `cascade` the dense head is asked where the tf-idf head's best intent is below this. Fixed in the pack, never by load. */
  readonly cascade: { readonly threshold: number; readonly share: number };
  /** Per label: below it a judgement abstains. */
  readonly thresholds: Readonly<Record<string, number>>;
  /**
   * The best single intent must be at least this probable. A queue of many intents adds up over a text about something else,
   * one intent does not: this keeps other subjects out.
   */
  readonly leastIntent: number;
  /** Of the held-out tenth of the training data, in mode full, on intents. */
  readonly heldOut: {
    readonly rows: number;
    readonly accuracy: number;
    readonly macroF1: number;
    readonly ece: number;
  };
  readonly data: {
    readonly sha256: string;
    readonly rows: number;
    readonly licence: string;
    readonly attribution: string;
  };
  readonly files: { readonly 'tfidf.bin': string; readonly 'dense.bin': string };
  readonly hash: string;
}

const probability = z.number().min(0).max(1);
const count = z.number().int().positive();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const packManifest: z.ZodType<PackManifest> = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1),
  version: z.string().min(1),
  task: z.string().min(1),
  language: z.string().min(2),
  intents: z.array(z.string()).min(2),
  queues: z.record(z.string(), z.string()),
  features: z.strictObject({ version: count, buckets: count }),
  encoder: z.strictObject({ name: z.string(), dimensions: count, hash: sha256, characters: count }),
  share: probability,
  temperature: z.strictObject({ fast: z.number().positive(), full: z.number().positive() }),
  cascade: z.strictObject({ threshold: probability, share: probability }),
  thresholds: z.record(z.string(), probability),
  leastIntent: probability,
  heldOut: z.strictObject({ rows: count, accuracy: probability, macroF1: probability, ece: probability }),
  data: z.strictObject({ sha256, rows: count, licence: z.string(), attribution: z.string() }),
  files: z.strictObject({ 'tfidf.bin': sha256, 'dense.bin': sha256 }),
  hash: sha256,
});

/** The label of an intent: its queue, or itself. */
export function queueOf(manifest: Pick<PackManifest, 'queues'>, intent: string): string {
  return manifest.queues[intent] ?? intent;
}

/** The labels a judgement of this pack may carry, in order of first appearance. */
export function labelsOf(manifest: Pick<PackManifest, 'queues' | 'intents'>): readonly string[] {
  return [...new Set(manifest.intents.map((intent) => queueOf(manifest, intent)))];
}
