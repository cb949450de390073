const ofRedaction = 'redactMessage cuts a message to 2,048 characters before its first rule: 8 ms at most';
const ofPhone = 'a candidate of the shape above, or 48 characters before it';
const ofJsonata = 'the signatures of JSONata’s own functions, a few dozen characters';
const ofOperator = 'a setting, which an operator writes';

/**
 * Expressions that are not linear, or that no checker can prove so, and what bounds the text that they meet. The bound must
 * be there before the expression runs, and the square of it must cost little.
 */
export const boundedExpressions: Readonly<Record<string, string>> = {
  // packages/dlp
  [String.raw`/[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]|[\p{Cc}--[\t\n]]/gv`]:
    'one character at a time; the checker does not know the flag v',
  [String.raw`/[ .\-/()]*[^ .\-/()]+\)?$/`]: ofPhone,
  '/(?:x|ext).*$/i': ofPhone,
  [String.raw`/(?:phone|mobile|cell|tel|telephone|fax|contact)\s*(?:no\.?|number|nr\.?|id)?[.:#\s]{0,4}(?:is|:)?\s*$/iu`]:
    ofPhone,
  // packages/messaging
  [String.raw`/[0-9a-f]{8}-[0-9a-f-]{27}/gi`]: 'a redacted message, 1 KiB; 36 characters are looked at from each place',
  [String.raw`/\b(bearer|basic|token)\s+[\w.~+/=-]{6,}/gi`]: ofRedaction,
  [String.raw`/\b(authorization|password|passwd|pwd|secret|api[-_ ]?key|access[-_ ]?token|token|signature)\b(["']?\s*[:=]\s*)\S+/gi`]:
    ofRedaction,
  [String.raw`/(\w+:\/\/)[^\s/@]+@/g`]: ofRedaction,
  [String.raw`/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g`]: ofRedaction,
  [String.raw`/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g`]: ofRedaction,
  [String.raw`/(?<![\w-])\+?\d(?:[ .()/-]{0,2}\d){8,}(?![\w-])/g`]: ofRedaction,
  // packages/flows
  '/[()]|<.*>/g': ofJsonata,
  [String.raw`/(\([^)]*\)|[a-z])(<[^>]*(?:<[^>]*>)?[^>]*>)?([-?+]*)/g`]: ofJsonata,
  // packages/kafka, packages/service
  [String.raw`/\/+$/`]: ofOperator,
  [String.raw`/<!-- settings:begin[^>]*-->[\s\S]*?<!-- settings:end -->/`]: 'the README files of this repository',
  [String.raw`/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*?:)[^/?#]*(@)/i`]: ofOperator,
};

/** Files that make expressions at run time, and of what. */
export const madeExpressions: Readonly<Record<string, string>> = {
  'packages/dlp/src/customer-text/footer.ts': 'fixed phrases, one or another, behind a look at one character',
  'packages/dlp/src/detectors/phone.ts': 'a copy of the one above it, which is checked',
  'packages/kafka/src/kafkajs/client-log.ts': 'fixed phrases of the client, one or another',
  'packages/messaging/src/sequence.ts': 'a fixed count of digits between both ends',
};
