import { cut, destinations, fitText } from '@millrace/text';

/** Of UTF-16 units: twice what may be left in the end. */
const longestMessage = 2_048;

/** In this order: what looks like a credential goes before what only looks like a number. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic|token)\s+[\w.~+/=-]{6,}/gi, '$1 …'],
  [
    /\b(authorization|password|passwd|pwd|secret|api[-_ ]?key|access[-_ ]?token|token|signature)\b(["']?\s*[:=]\s*)\S+/gi,
    '$1$2…',
  ],
  [/(\w+:\/\/)[^\s/@]+@/g, '$1…@'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '…'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '…@…'],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g, '…'],
  [/(?<![\w-])\+?\d(?:[ .()/-]{0,2}\d){8,}(?![\w-])/g, '…'],
  [/\b[\w+/-]{40,}={0,2}/g, '…'],
];

/** An error's text without what only its record should hold. At most 1 KiB of UTF-8. */
export function redactMessage(message: string): string {
  // Long before the rules: a message of megabytes must not cost seconds of matching.
  let text = cut(message, longestMessage);
  for (const [pattern, replacement] of secrets) text = text.replace(pattern, replacement);
  return fitText(text, destinations.deadLetterMessage);
}

/** Nobody wrote this message for others to read: what it quotes may be the record itself. */
export function redactUnforeseen(message: string): string {
  return redactMessage(cut(message, longestMessage).replace(/"[^"]*"?|'[^']*'|`[^`]*`/g, '"…"'));
}
