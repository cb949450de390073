/**
 * A broker's clock may step back, and a new leader's may be behind the old one's: then the later of two records has the
 * earlier time, and whoever goes by time takes it for the older. So a record's time counts as at least that of every record
 * before it in its partition: within a partition the offset alone decides. The latest time goes on with the committed
 * offset, as a note in its metadata (`;l1.<base>.<time>`, base 36), so that a record has one time, whoever reads it and
 * however often. As with the finished offsets the base stands inside: at another offset the note says nothing.
 */
const version = 'l1';

/** What is further ahead is somebody's mistake, and must not become the time of all that follow. */
const believedAheadMs = 86_400_000;

export class LogTime {
  #latest: number;

  /** @param latest of everything before the first record that comes; null for nothing known. */
  constructor(latest: number | null) {
    this.#latest = latest ?? Number.NEGATIVE_INFINITY;
  }

  /** The time of the next record of the partition. One that is no time stays what it is. */
  next(timestamp: number, now: number): number {
    if (!(timestamp >= 0 && timestamp <= now + believedAheadMs)) return timestamp;
    if (timestamp > this.#latest) this.#latest = timestamp;
    return this.#latest;
  }
}

/** For the metadata of a commit of that offset; empty where nothing is known. */
export function encodeLogTime(base: number, latest: number | null): string {
  return latest === null ? '' : `;${version}.${base.toString(36)}.${Math.floor(latest).toString(36)}`;
}

/** The latest time below a committed offset; null when there is none, it is damaged, or about another offset. */
export function decodeLogTime(metadata: string, committed: number): number | null {
  for (const part of metadata.split(';')) {
    const [said, base, text, ...rest] = part.split('.');
    if (said !== version || base !== committed.toString(36) || rest.length > 0) continue;
    const latest = /^[0-9a-z]{1,11}$/.test(text ?? '') ? Number.parseInt(text ?? '', 36) : Number.NaN;
    return Number.isSafeInteger(latest) ? latest : null;
  }
  return null;
}
