/**
 * Which offsets above a committed one are finished, as text for the commit's metadata: `f1.<form>.<base>.<bytes>`, the base
 * in base 36, the bytes in base64url. The base stands inside because offset and metadata can part: a tool that resets an
 * offset may leave the text behind, and then it says nothing.
 *
 * Two forms, whichever is shorter: `b`, one bit per offset from the base on, lowest bit first; `r`, the lengths of runs
 * from the base on, unfinished and finished in turn, as varints. No text exceeds what brokers accept by default (4,096), and
 * there is room for a note of its owner behind it (`;`).
 */
const version = 'f1';

/** Offsets above the base that a bitmap can describe, and so what a partition may have finished behind its oldest record. */
export const maxFinishedWindow = 16_384;
const maxBytes = maxFinishedWindow / 8;

const none: ReadonlySet<number> = new Set();

/** @param finished offsets above the base, rising. What is too far above it is left out, and is then done again. */
export function encodeFinished(base: number, finished: Iterable<number>): string {
  const bits = new Uint8Array(maxBytes);
  const runs: number[] = [];
  let length = 0;
  let runStart = base;
  let runEnd = base;
  for (const offset of finished) {
    const at = offset - base;
    if (at < maxFinishedWindow) {
      bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7));
      length = (at >> 3) + 1;
    } else if (runs.length > maxBytes) break;
    if (offset !== runEnd) {
      if (runEnd > runStart) pushRun(runs, runEnd - runStart);
      pushRun(runs, offset - runEnd);
      runStart = offset;
    }
    runEnd = offset + 1;
  }
  if (runEnd > runStart) pushRun(runs, runEnd - runStart);
  if (runs.length === 0) return '';
  const isShorter = runs.length < length || (runs.length <= maxBytes && runEnd - base > maxFinishedWindow);
  const [form, bytes] = isShorter ? (['r', Buffer.from(runs)] as const) : (['b', bits.subarray(0, length)] as const);
  return `${version}.${form}.${base.toString(36)}.${Buffer.from(bytes).toString('base64url')}`;
}

/** What is finished above a committed offset; nothing when the text is not ours, damaged, or about another offset. */
export function decodeFinished(metadata: string, committed: number): ReadonlySet<number> {
  const [said, form, base, text, ...rest] = (metadata.split(';')[0] ?? '').split('.');
  if (said !== version || base !== committed.toString(36) || text === undefined || rest.length > 0) return none;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length > maxBytes || bytes.toString('base64url') !== text) return none;
  if (form === 'b') return readBits(bytes, committed);
  return form === 'r' ? readRuns(bytes, committed) : none;
}

function readBits(bytes: Buffer, base: number): ReadonlySet<number> {
  const finished = new Set<number>();
  for (let at = 1; at < bytes.length * 8; at += 1) {
    if (((bytes[at >> 3] as number) >> (at & 7)) & 1) finished.add(base + at);
  }
  return finished;
}

function readRuns(bytes: Buffer, base: number): ReadonlySet<number> {
  const finished = new Set<number>();
  let offset = base;
  let isFinished = false;
  for (let at = 0; at < bytes.length; ) {
    let length = 0;
    let scale = 1;
    let byte = 0x80;
    while (byte >= 0x80) {
      byte = bytes[at] ?? -1;
      at += 1;
      if (byte < 0 || scale > 2 ** 42) return none;
      length += (byte & 0x7f) * scale;
      scale *= 128;
    }
    // A text of ours never describes more; a longer one is damaged and must not cost memory.
    if (length === 0 || (isFinished && finished.size + length > 4 * maxFinishedWindow)) return none;
    if (!Number.isSafeInteger(offset + length)) return none;
    if (isFinished) for (let next = offset; next < offset + length; next += 1) finished.add(next);
    offset += length;
    isFinished = !isFinished;
  }
  return finished;
}

function pushRun(bytes: number[], length: number): void {
  let left = length;
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80);
    left = Math.floor(left / 0x80);
  }
  bytes.push(left);
}
