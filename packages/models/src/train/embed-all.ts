import { cut } from '@millrace/text';
import type { Encoder } from '../embedded/encoder.ts';

/** The encoder sees this many characters: its time grows with length, its meaning hardly does. tf-idf sees all. */
export const encoderCharacters = 400;

/** Eight at a time is as fast as thirty-two, and takes less memory. */
export const encoderBatch = 8;

/** Embeds in fixed batches of the given order, so the same texts give the same bits. */
export async function embedAll(
  encoder: Encoder,
  texts: readonly string[],
  { onProgress }: { readonly onProgress: (done: number, total: number) => void },
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const vectors: Float32Array[] = [];
  let told = 0;
  for (let from = 0; from < texts.length; from += encoderBatch) {
    signal?.throwIfAborted();
    const batch = texts.slice(from, from + encoderBatch).map((text) => cut(text, encoderCharacters));
    vectors.push(...(await encoder.embed(batch)));
    const percent = Math.floor((vectors.length / texts.length) * 100);
    if (percent > told) onProgress(vectors.length, texts.length);
    told = percent;
  }
  return vectors;
}
