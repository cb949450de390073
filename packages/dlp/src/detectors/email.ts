import validator from 'validator';
import type { Detection, Detector } from '../detection.ts';

// Both sides are bounded, or a long run without an @ would be scanned once per character.
const shape = /[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])?/gu;

/** Addresses by shape and by `validator`; a sentence's full stop is not part of one. */
export const detectEmails: Detector = (text) => {
  const found: Detection[] = [];
  for (const match of text.matchAll(shape)) {
    const address = match[0];
    if (!validator.isEmail(address, { allow_utf8_local_part: true })) continue;
    found.push({ kind: 'EMAIL', start: match.index, end: match.index + address.length, score: 1 });
  }
  return found;
};
