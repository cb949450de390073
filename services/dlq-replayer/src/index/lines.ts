import { heldCode } from './dead-letter.ts';
import { indexHistory } from './schema.ts';

const deadLetters = `"${indexHistory.schema}".dead_letters`;

/**
 * Not closed yet, of a row by that name. What failed again counts until the dead letter that came of it is read: the
 * acknowledgement may be faster, and its line must not move meanwhile. The first words are those of the index.
 */
const isOpen = (row: string): string => `${row}.hold IS NOT NULL AND ${row}.status NOT IN ('RESOLVED', 'DISCARDED')
  AND (${row}.status <> 'FAILED_AGAIN'
    OR NOT EXISTS (SELECT 1 FROM ${deadLetters} AS next WHERE next.replay_of = ${row}.dlq_id))`;

/** An SQL condition: an earlier one of its key's line is open, so its group would refuse it. */
export const isBehind = (row: string): string => `(${row}.hold IS NOT NULL AND EXISTS (
  SELECT 1 FROM ${deadLetters} AS ahead WHERE ahead."group" = ${row}."group" AND ahead.hold = ${row}.hold
    AND ahead.held_at < ${row}.held_at AND ${isOpen('ahead')}))`;

/** How many of one line go at once: all that stand behind one that fails again come back. */
const mostOfALine = 500;

/** An SQL query: held dead letters whose turn has come, because all before them in their lines are closed. */
export const dueFollowers = `
  SELECT follower.* FROM (
    SELECT DISTINCT ON ("group", hold) "group", hold, code, status FROM ${deadLetters} AS one
    WHERE ${isOpen('one')}
    ORDER BY "group", hold, held_at, (status = 'UNRESOLVED')) AS first
  CROSS JOIN LATERAL (
    SELECT dlq_id, "group", topic, partition, "offset", replay_count, fingerprint, held_at FROM ${deadLetters} AS held
    WHERE held."group" = first."group" AND held.hold = first.hold AND ${isOpen('held')} AND held.status = 'UNRESOLVED' AND held.code = '${heldCode}'
    ORDER BY held_at LIMIT ${mostOfALine}) AS follower
  WHERE first.code = '${heldCode}' AND first.status = 'UNRESOLVED'`;
