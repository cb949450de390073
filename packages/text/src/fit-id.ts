import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { cut } from './cut.ts';
import { destinations, idBytes } from './destinations.ts';
import { fitText } from './fit-text.ts';
import { isWithin } from './measure.ts';

const wholly = { ...destinations.id, most: null };

/**
 * An id or a key that Kafka, Postgres and Avro hold alike. The same id always; one that had to be changed gets a digest of
 * what it was, so that two ids never become one: two things under one id would overwrite each other.
 */
export function fitId(id: string, mostBytes: number = idBytes): string {
  const fitted = fitText(id, wholly);
  return fitted === id && isWithin(id, mostBytes, 'bytes') ? id : marked(fitted, id, mostBytes);
}

/** The same of a key or a header as it stands in Kafka: bytes that are no UTF-8 stay two where they differ. */
export function idOfBytes(bytes: Buffer, mostBytes: number = idBytes): string {
  const text = bytes.toString();
  return isUtf8(bytes) ? fitId(text, mostBytes) : marked(fitText(text, wholly), bytes.toString('hex'), mostBytes);
}

/** With a digest of the original behind it. */
export function marked(fitted: string, original: string, mostBytes: number = Number.MAX_SAFE_INTEGER): string {
  // As JSON, which tells one half of a surrogate pair from another.
  const mark = `~${createHash('sha256').update(JSON.stringify(original)).digest('hex').slice(0, 16)}`;
  return cut(fitted, mostBytes - mark.length, { measure: 'bytes' }) + mark;
}
