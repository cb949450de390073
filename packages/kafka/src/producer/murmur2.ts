/** Java's `Utils.murmur2`, so that every client puts a key where the Java clients would. */
export function murmur2(data: Uint8Array): number {
  const multiplier = 0x5bd1e995;
  const { length } = data;
  let hash = 0x9747b28c ^ length;
  const tail = length & ~3;
  for (let i = 0; i < tail; i += 4) {
    let word = byteAt(data, i) | (byteAt(data, i + 1) << 8) | (byteAt(data, i + 2) << 16) | (byteAt(data, i + 3) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const left = length - tail;
  if (left === 3) hash ^= byteAt(data, tail + 2) << 16;
  if (left >= 2) hash ^= byteAt(data, tail + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byteAt(data, tail), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

const byteAt = (data: Uint8Array, index: number): number => data[index] as number;

/** The partition of a key. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
