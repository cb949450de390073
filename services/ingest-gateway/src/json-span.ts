/** Where a value stands in JSON text: its first byte and the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Every value at a path in well-formed UTF-8 JSON, repeated names included. Bytes, because a value is cut out without
 * touching the rest: parsing and writing again would change numbers and spacing of what was signed.
 */
export function spansOf(json: Buffer, path: readonly string[]): readonly Span[] {
  return path
    .reduce<readonly number[]>(
      (starts, token) => starts.flatMap((at) => childrenAt(json, at, token)),
      [skipSpace(json, afterByteOrderMark(json))],
    )
    .map((start) => ({ start, end: skipValue(json, start) }));
}

/** A parser that reads past it must not find what is not found here. */
function afterByteOrderMark(json: Buffer): number {
  return json[0] === 0xef && json[1] === 0xbb && json[2] === 0xbf ? 3 : 0;
}

function childrenAt(json: Buffer, at: number, token: string): readonly number[] {
  if (json[at] === openBrace) return membersNamed(json, at, token);
  if (json[at] === openBracket) return elementAt(json, at, token);
  return [];
}

function membersNamed(json: Buffer, at: number, name: string): readonly number[] {
  const found: number[] = [];
  let next = skipSpace(json, at + 1);
  while (next < json.length && json[next] !== closeBrace) {
    const nameEnd = skipValue(json, next);
    const value = skipSpace(json, expectByte(json, skipSpace(json, nameEnd), colon));
    if (JSON.parse(json.toString('utf8', next, nameEnd)) === name) found.push(value);
    next = afterElement(json, value);
  }
  return found;
}

function elementAt(json: Buffer, at: number, token: string): readonly number[] {
  let next = skipSpace(json, at + 1);
  for (let index = 0; next < json.length && json[next] !== closeBracket; index += 1) {
    if (String(index) === token) return [next];
    next = afterElement(json, next);
  }
  return [];
}

function afterElement(json: Buffer, value: number): number {
  const end = skipSpace(json, skipValue(json, value));
  return json[end] === comma ? skipSpace(json, end + 1) : end;
}

/** Depth is a counter and not recursion: nested brackets by the thousand must not end the process. */
function skipValue(json: Buffer, start: number): number {
  if (json[start] === quote) return skipText(json, start);
  if (json[start] !== openBrace && json[start] !== openBracket) return skipAtom(json, start);
  let depth = 0;
  for (let at = start; at < json.length; ) {
    const byte = json[at];
    if (byte === quote) {
      at = skipText(json, at);
      continue;
    }
    if (byte === openBrace || byte === openBracket) depth += 1;
    if (byte === closeBrace || byte === closeBracket) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return json.length;
}

function skipText(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === backslash) at += 1;
    else if (json[at] === quote) return at + 1;
  }
  return json.length;
}

function skipAtom(json: Buffer, start: number): number {
  let at = start;
  while (
    at < json.length &&
    !isSpace(json[at]) &&
    json[at] !== comma &&
    json[at] !== closeBrace &&
    json[at] !== closeBracket
  )
    at += 1;
  return at;
}

function skipSpace(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && isSpace(json[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function expectByte(json: Buffer, at: number, byte: number): number {
  return json[at] === byte ? at + 1 : json.length;
}
