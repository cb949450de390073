import { CodedError, deadLetter } from './disposition.ts';

const timeDigits = 15;
const offsetDigits = 19;
const latestTime = 10 ** timeDigits - 1;

/**
 * Decides which of two events of one key is newer: event time first, then the edge record's offset.
 * Text of fixed width, so that it compares bytewise everywhere (Postgres, JavaScript, `sort`).
 * Stamped once, by the first stage that reads the edge record, and inherited by everything after it.
 */
export function sequenceOf(eventTimeMs: number, edgeOffset: number): string {
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
  return `${String(time).padStart(timeDigits, '0')}-${String(edgeOffset).padStart(offsetDigits, '0')}`;
}
