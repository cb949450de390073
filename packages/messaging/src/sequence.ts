import type { RecordPosition } from './broker.ts';
import { CodedError, deadLetter } from './disposition.ts';

const timeDigits = 15;
const numberDigits = 19;
const offsetDigits = 19;
const ordinalDigits = 6;
const latestTime = 10 ** timeDigits - 1;
const statement = new RegExp(`^(\\d{${timeDigits}}|v\\d{${numberDigits}})$`);

/** Where a record first stood, and when the broker wrote it there. */
export interface LogPlace extends Pick<RecordPosition, 'offset'> {
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/**
 * Decides which of two events of one key is newer: event time first, then the edge record's offset, then the place in a
 * batch. `ordinal` counts the events of one key within one edge record; the first has no suffix, as if it came alone.
 * Every part is of fixed width, so that it compares bytewise everywhere (Postgres, JavaScript, `sort`).
 * Stamped once, by the first stage that reads the edge record, and inherited by everything after it.
 */
export function sequenceOf(eventTimeMs: number, edgeOffset: number, ordinal = 0): string {
  return placed(statedInstant(eventTimeMs), edgeOffset, ordinal);
}

/** How a sequence begins when its producer states an instant. */
export function statedInstant(epochMs: number): string {
  const time = Math.trunc(epochMs);
  if (time >= 0 && time <= latestTime) return String(time).padStart(timeDigits, '0');
  throw new CodedError(
    'X_SEQUENCE_TIME',
    'an event time is milliseconds since 1970, not negative and below the year 33658; map the vendor field that holds the time of the event',
    { disposition: deadLetter, step: 'validate' },
  );
}

/**
 * How a sequence begins when its producer counts. Above every instant: who counts has said precisely what is newest, and
 * an event of the same key that only has a time, or nothing, is none of that count.
 */
export function statedNumber(count: number | bigint): string {
  if (count < 0 || !(typeof count === 'bigint' || Number.isSafeInteger(count)))
    throw new RangeError('a producer counts in whole numbers from 0');
  const digits = String(count).padStart(numberDigits, '0');
  if (digits.length > numberDigits) throw new RangeError(`a producer counts in ${numberDigits} digits at most`);
  return `v${digits}`;
}

/** Whether it says what a producer states, and not yet where the log has it. */
export const isStatement = (sequence: string): boolean => statement.test(sequence);

/**
 * The sequence of a record: a complete one stays as it is; what a producer states gets the record's place in the log, so
 * that of two equal statements the later one is newer; and where nothing is stated the log says when. No clock but the
 * broker's counts, because two gateways have two.
 */
export function sequenceFrom(sequence: string | null, { timestamp, offset }: LogPlace, ordinal = 0): string {
  if (sequence === null) return sequenceOf(timestamp, offset, ordinal);
  return isStatement(sequence) ? placed(sequence, offset, ordinal) : sequence;
}

function placed(stated: string, offset: number, ordinal: number): string {
  if (!(Number.isSafeInteger(offset) && offset >= 0)) throw new RangeError('an offset is a whole number from 0');
  // A body of the largest size holds fewer events than six digits count.
  if (!(Number.isSafeInteger(ordinal) && ordinal >= 0 && ordinal < 10 ** ordinalDigits))
    throw new RangeError('an ordinal is a whole number from 0 of six digits at most');
  const alone = `${stated}-${String(offset).padStart(offsetDigits, '0')}`;
  return ordinal === 0 ? alone : `${alone}-${String(ordinal).padStart(ordinalDigits, '0')}`;
}

/** A producer's clock may be this far ahead of the log's: more than any time zone is mistaken for another. */
const aheadMs = 86_400_000;

/**
 * Whether a stated instant may say which event is newest. From the far future it would keep every later event of its key
 * out, so it is none; neither is the beginning of time, which is what many programs write where they have none.
 */
export const isVersion = (epochMs: number, nowMs: number): boolean => epochMs > 0 && epochMs <= nowMs + aheadMs;
