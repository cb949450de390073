/**
 * Text to hashed features: words and word pairs (neighbours, and next but one: +0.3 points on held-out Banking77),
 * and character 3- to 5-grams inside word borders.
 * Pure, and part of a pack's meaning: a change here changes every answer, so `featureVersion` goes into the pack.
 */
export const featureVersion = 1;

/** One text as parallel arrays: bucket and weight. Words and characters are normalised to length 1 each. */
export interface SparseVector {
  readonly index: Uint32Array;
  readonly value: Float64Array;
}

const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}]+)*/gu;
const shortestGram = 3;
const longestGram = 5;

export function words(text: string): readonly string[] {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'").match(wordPattern) ?? [];
}

/** Counts by bucket; words live in the lower half of the buckets, characters in the upper, so they never collide. */
export interface FeatureCounts {
  readonly words: ReadonlyMap<number, number>;
  readonly characters: ReadonlyMap<number, number>;
}

export function countFeatures(text: string, buckets: number): FeatureCounts {
  const half = buckets / 2;
  const list = words(text);
  const wordCounts = new Map<number, number>();
  const characterCounts = new Map<number, number>();
  for (const [at, word] of list.entries()) {
    increase(wordCounts, hash(word, 1, 0, word.length) & (half - 1));
    countPair(word, list[at + 1], ' ', half, wordCounts);
    countPair(word, list[at + 2], ' * ', half, wordCounts);
    countGrams(` ${word} `, half, characterCounts);
  }
  return { words: wordCounts, characters: characterCounts };
}

/** Sublinear counts times idf; `idf` has one weight per bucket. */
export function weigh(counts: FeatureCounts, idf: Float32Array): SparseVector {
  const size = counts.words.size + counts.characters.size;
  const index = new Uint32Array(size);
  const value = new Float64Array(size);
  fill(counts.words, idf, index, value, 0);
  fill(counts.characters, idf, index, value, counts.words.size);
  return { index, value };
}

function countPair(
  word: string,
  other: string | undefined,
  between: string,
  half: number,
  counts: Map<number, number>,
): void {
  if (other === undefined) return;
  const pair = word + between + other;
  increase(counts, hash(pair, 2, 0, pair.length) & (half - 1));
}

function countGrams(padded: string, half: number, counts: Map<number, number>): void {
  for (let length = shortestGram; length <= longestGram; length++) {
    for (let start = 0; start + length <= padded.length; start++) {
      increase(counts, half + (hash(padded, length + 8, start, start + length) & (half - 1)));
    }
  }
}

function fill(
  counts: ReadonlyMap<number, number>,
  idf: Float32Array,
  index: Uint32Array,
  value: Float64Array,
  from: number,
): void {
  let at = from;
  let square = 0;
  for (const [bucket, count] of counts) {
    const weight = (1 + Math.log(count)) * (idf[bucket] ?? 0);
    index[at] = bucket;
    value[at] = weight;
    square += weight * weight;
    at++;
  }
  const norm = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let i = from; i < at; i++) value[i] = (value[i] ?? 0) * norm;
}

function increase(counts: Map<number, number>, bucket: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
}

/** FNV-1a over UTF-16 code units with murmur3's finaliser: FNV's low bits alone are too regular for a mask. */
function hash(text: string, seed: number, from: number, to: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = from; i < to; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}
