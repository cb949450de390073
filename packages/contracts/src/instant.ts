/**
 * Reads what strangers write for an instant. One rule for every door, so that two of them never read one value as two
 * times: what is not surely a time between 1970 and the end of the year 9999 is `impossible`, and never reaches a `Date`.
 */
export type InstantReading =
  | { readonly kind: 'instant'; readonly epochMs: number }
  /** Nothing was stated: null, undefined, or an empty text. */
  | { readonly kind: 'absent' }
  /** Something was stated, and it is no time. */
  | { readonly kind: 'impossible' };

/** For the message that tells a sender what would have been read. */
export const instantForms =
  'an instant from 1970 to 9999: epoch seconds, milliseconds, microseconds or nanoseconds, or ISO 8601';

/** The last millisecond of the year 9999: what every consumer of ours, Postgres and JSON Schema included, can write down. */
export const latestEpochMs = 253_402_300_799_999;

/** Longer than every form with nine digits twice over; bounded before any expression looks at it. */
const longestText = 64;

/**
 * An epoch number (seconds, milliseconds, microseconds or nanoseconds, told apart by range), the same as a text of
 * digits, or ISO 8601. Fractions of a millisecond are cut off.
 *
 * The ranges meet at 10¹¹, 10¹⁴ and 10¹⁷: what is below 10¹¹ is seconds (to the year 5138), and so every other unit begins
 * in March 1973. A nanosecond number above 2⁵³ has lost its last digits in `JSON.parse`; its milliseconds may then be one off.
 * As a text it is exact. A text of less than nine digits is a calendar's (`20261120`) or nothing: `2026` is a year, and
 * no half hour of 1970.
 */
export function readInstant(value: unknown): InstantReading {
  if (value === null || value === undefined) return { kind: 'absent' };
  if (typeof value === 'number') return reading(millisOfNumber(value));
  if (typeof value !== 'string') return { kind: 'impossible' };
  const text = value.trim();
  if (text === '') return { kind: 'absent' };
  if (text.length > longestText) return { kind: 'impossible' };
  return reading(millisOfOwn(text) ?? millisOfIso(text) ?? millisOfDigits(text));
}

/** Epoch milliseconds; null when nothing was stated, and when it is no time. */
export function instantOf(value: unknown): number | null {
  const read = readInstant(value);
  return read.kind === 'instant' ? read.epochMs : null;
}

/** The same for a field that is declared to be ISO 8601: a number there is no time. */
export function isoInstantOf(text: string): number | null {
  const read = text.length > longestText ? ({ kind: 'impossible' } as const) : reading(millisOfIso(text));
  return read.kind === 'instant' ? read.epochMs : null;
}

function reading(millis: number | null): InstantReading {
  if (millis === null || !(millis >= 0 && millis <= latestEpochMs)) return { kind: 'impossible' };
  return { kind: 'instant', epochMs: Math.floor(millis) };
}

/** Each unit's first magnitude, and how many of it are a millisecond. */
const units: readonly { readonly from: number; readonly perMilli: number }[] = [
  { from: 1e17, perMilli: 1e6 },
  { from: 1e14, perMilli: 1e3 },
  { from: 1e11, perMilli: 1 },
  { from: 0, perMilli: 1e-3 },
];
const beyondNanoseconds = 1e20;

function millisOfNumber(value: number): number | null {
  if (!(value >= 0 && value < beyondNanoseconds)) return null;
  const perMilli = units.find(({ from }) => value >= from)?.perMilli ?? 1;
  // Seconds with a fraction are binary: 1.001 × 1000 is a hair below 1001.
  return perMilli < 1 ? Math.floor(Number((value * 1000).toFixed(3))) : value / perMilli;
}

/** Exact where a number would not be: only as many digits are kept as a millisecond needs. */
function millisOfDigits(text: string): number | null {
  const found = /^\+?(\d{9,20})(?:\.(\d{1,32}))?$/.exec(text);
  if (found === null) return null;
  const [, whole = '', fraction = ''] = found;
  const value = Number(whole);
  if (value < 1e11) return value * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (value < 1e14) return value;
  return value < beyondNanoseconds ? Number(BigInt(whole) / (value < 1e17 ? 1_000n : 1_000_000n)) : null;
}

const own = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What `toISOString` writes, ten times as fast: every record of ours states its time so. Null for anything else. */
function millisOfOwn(text: string): number | null {
  if (text.length !== 24 || !own.test(text)) return null;
  const millis = Date.parse(text);
  // `Date.parse` takes 30 February for 2 March, and 24:00 for the next day.
  return new Date(millis).getUTCDate() === Number(text.slice(8, 10)) ? millis : null;
}

/** Extended and basic form; `T`, `t` or a space between date and time; a point or a comma before the fraction. */
const iso =
  /^(?<year>\d{4}|[+-]\d{6})(?<dash>-?)(?<month>\d{2})\k<dash>(?<day>\d{2})(?:[Tt ](?<hour>\d{2}):?(?<minute>\d{2})(?::?(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?(?: ?(?<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?)?$/;

/**
 * A text without a zone is UTC, and a date alone is its first moment: the same on every machine. A leap second is the
 * first moment of the day after it, as POSIX counts; 24:00 likewise.
 */
function millisOfIso(text: string): number | null {
  const parts = iso.exec(text)?.groups;
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = [
    parts['year'],
    parts['month'],
    parts['day'],
    parts['hour'] ?? '0',
    parts['minute'] ?? '0',
    parts['second'] ?? '0',
  ].map(Number);
  const fraction = Number((parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = offsetMinutes(parts['zone']);
  // `Date.UTC` makes 1970 of 70 and a date of every number: nothing goes in that a calendar does not have.
  if (offset === null || year < 1969 || year > 10_000 || !isDay(year, month, day)) return null;
  if (hour > 24 || minute > 59 || second > 60) return null;
  if (hour === 24 && (minute > 0 || second > 0 || /[1-9]/.test(parts['fraction'] ?? ''))) return null;
  const utc = Date.UTC(year, month - 1, day, hour, minute - offset, second);
  if (second === 60 && utc % dayMs !== 0) return null;
  return utc + fraction;
}

const dayMs = 86_400_000;

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Minutes ahead of UTC; null when no clock is. */
function offsetMinutes(zone: string | undefined): number | null {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '');
  if (found === null) return 0;
  const [, sign, hours, minutes = '0'] = found;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
