import { CodedError, deadLetter } from './disposition.ts';

const timeDigits = 15;
const offsetDigits = 19;
const ordinalDigits = 6;
const latestTime = 10 ** timeDigits - 1;

/**
 * Decides which of two events of one key is newer: event time first, then the edge record's offset, then the place in a
 * batch. `ordinal` counts the events of one key within one edge record; the first has no suffix, as if it came alone.
 * Every part is of fixed width, so that it compares bytewise everywhere (Postgres, JavaScript, `sort`).
 * Stamped once, by the first stage that reads the edge record, and inherited by everything after it.
 */
export function sequenceOf(eventTimeMs: number, edgeOffset: number, ordinal = 0): string {
  const time = Math.trunc(eventTimeMs);
  if (!(time >= 0 && time <= latestTime)) {
    throw new CodedError(
      'X_SEQUENCE_TIME',
      'an event time is milliseconds since 1970, not negative and below the year 33658; map the vendor field that holds the time of the event',
      { disposition: deadLetter, step: 'validate' },
    );
  }
  if (!(Number.isSafeInteger(edgeOffset) && edgeOffset >= 0))
    throw new RangeError('an offset is a whole number from 0');
  // A body of the largest size holds fewer events than six digits count.
  if (!(Number.isSafeInteger(ordinal) && ordinal >= 0 && ordinal < 10 ** ordinalDigits))
    throw new RangeError('an ordinal is a whole number from 0 of six digits at most');
  const alone = `${String(time).padStart(timeDigits, '0')}-${String(edgeOffset).padStart(offsetDigits, '0')}`;
  return ordinal === 0 ? alone : `${alone}-${String(ordinal).padStart(ordinalDigits, '0')}`;
}
