/**
 * How a destination counts. `utf16`: units, as JavaScript's `length` does; `characters`: code points, as Postgres does;
 * `bytes`: of UTF-8, as Kafka and HTTP do.
 */
export type Measure = 'utf16' | 'characters' | 'bytes';

export function lengthOf(text: string, measure: Measure): number {
  switch (measure) {
    case 'utf16':
      return text.length;
    case 'characters':
      return charactersOf(text);
    case 'bytes':
      return Buffer.byteLength(text);
  }
}

/** Looks no further than it must: a text of megabytes costs no more than its limit. */
export function isWithin(text: string, most: number, measure: Measure): boolean {
  if (measure === 'utf16' || text.length > most * 2) return text.length <= most;
  if (text.length * 3 <= most) return true;
  return lengthOf(text, measure) <= most;
}

/** Where the longest beginning of so much ends, between two code points. */
export function endWithin(text: string, most: number, measure: Measure): number {
  if (measure === 'utf16') return most >= text.length ? text.length : codePointStart(text, Math.max(0, most));
  let at = 0;
  for (let left = most; at < text.length; ) {
    const point = text.codePointAt(at) as number;
    left -= measure === 'bytes' ? bytesOf(point) : 1;
    if (left < 0) break;
    at += point > 0xffff ? 2 : 1;
  }
  return at;
}

/** The same place, or one before it where that is the middle of a surrogate pair. */
export function codePointStart(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;
}

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** In UTF-8; a lone surrogate is written as U+FFFD, which takes three too. */
function bytesOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point > 0xffff ? 4 : 3;
}

function charactersOf(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    count += 1;
    if (isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1))) at += 1;
  }
  return count;
}
