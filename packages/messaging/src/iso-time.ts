/** What a date can say, in milliseconds from 1970 either way. A record's time is any number of 64 bits. */
const furthestMs = 8.64e15;

/** Whether it can be written as ISO 8601. */
export function isTime(epochMs: number): boolean {
  return Math.abs(epochMs) <= furthestMs;
}

/** ISO 8601, of any number: a time that no date can say reads as the nearest that one can. For showing, never for order. */
export function isoTime(epochMs: number): string {
  const shown = Number.isNaN(epochMs) ? 0 : Math.max(-furthestMs, Math.min(furthestMs, epochMs));
  return new Date(shown).toISOString();
}
