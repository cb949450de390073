/**
 * What steers a terminal, a log or a reader instead of being read: C0 with ESC and NUL, DEL, C1, marks and overrides of
 * direction, line and paragraph separators, zero-width space, invisible operators, annotation marks, the byte order mark,
 * and halves of surrogate pairs. Joiners stay: emoji and Persian need them.
 */
const steering = /[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const steeringButBreaks =
  /(?![\n\t])[\p{Cc}\p{Cs}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const controls = /(?![\n\t])\p{Cc}/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** For one line or one cell: control characters as `\u001b`, line breaks and tabs as `\n` and `\t`. Escaped once, the same for ever. */
export function escapedLine(text: string): string {
  return text.replace(steering, (character) => short[character] ?? escapeOf(character));
}

/** For a text of several lines that we laid out: line feeds and tabs stay. */
export function escapedLines(text: string): string {
  return text.replace(steeringButBreaks, escapeOf);
}

/** JSON without a raw control character, C1, DEL or mark of direction either: the same value to whoever parses it. */
export function escapedJson(value: unknown, indent?: number): string {
  return escapedLines(JSON.stringify(value, null, indent) ?? 'null');
}

/** Line breaks as line feeds, other control characters but tab as U+FFFD: where an escape would be noise to the people who read. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '\uFFFD');
}

// All of them are in the first plane: four digits, as JSON writes them.
const escapeOf = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
