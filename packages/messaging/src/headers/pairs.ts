import type { HeaderPair } from '../broker.ts';

/** Shared values of few kinds (spec version, generation 0, tier names): encoding them per record would be waste. */
const interned = new Map<string, Buffer>();
const maxInterned = 1_024;

/** UTF-8 bytes of a value that repeats from record to record; never mutate them. */
export function internedText(text: string): Buffer {
  const known = interned.get(text);
  if (known !== undefined) return known;
  const bytes = Buffer.from(text);
  if (interned.size < maxInterned) interned.set(text, bytes);
  return bytes;
}

/** The last texts that were read, by length: records of one topic mostly say the same. Never one of the wire's own buffers. */
const lastRead: { readonly bytes: Buffer; readonly text: string }[] = [];
const longestKept = 64;

/** The text of a value that is mostly that of the record before; comparing it costs less than decoding it. */
export function repeatedText(value: Buffer): string {
  const last = lastRead[value.length];
  if (last !== undefined && isSame(last.bytes, value)) return last.text;
  const text = value.toString();
  if (value.length <= longestKept) lastRead[value.length] = { bytes: Buffer.from(value), text };
  return text;
}

function isSame(one: Buffer, other: Buffer): boolean {
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

export const textHeader = (name: string, value: string): HeaderPair => [name, Buffer.from(value)];
export const numberHeader = (name: string, value: number): HeaderPair => [name, Buffer.from(String(value))];

/** The last value of that name as text, as Kafka's own `lastHeader` does; null when absent or null. */
export function headerText(headers: readonly HeaderPair[], name: string): string | null {
  for (let index = headers.length - 1; index >= 0; index -= 1) {
    const pair = headers[index];
    if (pair !== undefined && pair[0] === name) return pair[1] === null ? null : pair[1].toString();
  }
  return null;
}

/** A whole number written in decimal; null when absent or anything else. */
export function headerNumber(headers: readonly HeaderPair[], name: string): number | null {
  return wholeNumber(headerText(headers, name));
}

export function wholeNumber(text: string | null | undefined): number | null {
  return text?.startsWith('-') === true ? null : integer(text);
}

/** The same of a number that may be negative: Kafka's own times may. */
export function headerTime(headers: readonly HeaderPair[], name: string): number | null {
  return integer(headerText(headers, name));
}

function integer(text: string | null | undefined): number | null {
  if (text === null || text === undefined || !/^-?\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/**
 * A copy's headers: every pair that is not named in `replaced`, in its order and byte for byte, then `added`.
 * Nothing else may build the headers of a copy, or duplicates and nulls are lost.
 */
export function copyHeaders(
  original: readonly HeaderPair[],
  replaced: ReadonlySet<string>,
  added: readonly HeaderPair[],
): HeaderPair[] {
  const copy: HeaderPair[] = [];
  for (const pair of original) if (!replaced.has(pair[0])) copy.push(pair);
  for (const pair of added) copy.push(pair);
  return copy;
}
