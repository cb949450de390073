import validator from 'validator';
import type { Detection, Detector } from '../detection.ts';

const longestLocal = 64;
const inLocal = /[\p{L}\p{N}._%+'-]/u;
const firstOfLocal = /[\p{L}\p{N}]/u;
const domain = /[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])?/uy;

/** Addresses by shape and by `validator`; a sentence's full stop is not part of one. Looks around each @ and nowhere else. */
export const detectEmails: Detector = (text) => {
  const found: Detection[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at < from) continue;
    const start = startOfLocal(text, at, from);
    domain.lastIndex = at + 1;
    if (start === at || !domain.test(text)) continue;
    from = domain.lastIndex;
    const address = text.slice(start, from);
    if (!validator.isEmail(address, { allow_utf8_local_part: true })) continue;
    found.push({ kind: 'EMAIL', start, end: from, score: 1 });
  }
  return found;
};

/** Where the address that has its @ there begins; the @ itself when nothing before it belongs to one. */
function startOfLocal(text: string, at: number, from: number): number {
  let start = at;
  for (let place = at, taken = 0; place > from && taken < longestLocal; taken++) {
    const isPair = place - 2 >= from && (text.codePointAt(place - 2) ?? 0) > 0xffff;
    const character = text.slice(place - (isPair ? 2 : 1), place);
    if (!inLocal.test(character)) break;
    place -= character.length;
    if (firstOfLocal.test(character)) start = place;
  }
  return start;
}
