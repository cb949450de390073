import { cutMiddle } from '@millrace/text';
import { createElementStack } from './markup/element-stack.ts';
import { isHidden } from './markup/hidden.ts';
import { markupTokens } from './markup/markup-tokens.ts';

/**
 * Text as a model and a detector should see it: what a person would read, and no more.
 * One normal form, no invisible characters (a zero-width space inside an address hides it from a detector, tag
 * characters carry instructions that nobody sees), no HTML comments and no hidden elements.
 * Linear in the text's length, whatever stands in it.
 */
export function cleanText(text: string): string {
  return evenBlanks(withoutHidden(withoutComments(plainCharacters(text))));
}

/** At most one blank beside another and none beside a line break, and one empty line. */
export function evenBlanks(text: string): string {
  return text
    .replace(severalBlanks, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Keeps the beginning and the end of a long text: a greeting and a signature may go, the matter rarely stands in the middle. */
export function keepEnds(text: string, most: number): string {
  return cutMiddle(text, most, { gap: '\n…\n', head: 0.75 });
}

/** One normal form and nothing invisible; an invisible character between two others would keep them from joining into one. */
export function plainCharacters(text: string): string {
  return text.replace(invisible, '').normalize('NFKC').replace(invisible, '');
}

/** An unclosed comment takes the rest. Not a regular expression: over a run of openings each would look for its end anew. */
export function withoutComments(text: string): string {
  const kept: string[] = [];
  for (let from = 0; ; ) {
    const start = text.indexOf('<!--', from);
    kept.push(start < 0 ? text.slice(from) : text.slice(from, start));
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return kept.join(' ');
    from = end + 3;
  }
}

/** Elements that a browser would not show, with all that is in them; other markup stays as it was written. */
function withoutHidden(text: string): string {
  if (!text.includes('<')) return text;
  const elements = createElementStack<'hidden'>();
  let kept = '';
  for (const token of markupTokens(text)) {
    const wasInside = elements.isInside('hidden');
    if (token.kind === 'open') elements.open(token.name, isHidden(token.attributes) ? 'hidden' : null);
    if (token.kind === 'close') elements.close(token.name);
    const isInside = elements.isInside('hidden');
    if (!wasInside && !isInside) kept += text.slice(token.start, token.end);
    else if (!wasInside) kept += ' ';
  }
  return kept;
}

// Not a single space: most of them stand alone, and replacing each by itself costs more than all the rest.
const severalBlanks = /[^\S\n]{2,}|[^\S\n ]/g;
// Soft hyphen, zero width, direction marks and overrides, word joiner, byte order mark, variation selectors, tags; controls but tab and newline.
const invisible =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]|[\p{Cc}--[\t\n]]/gv;
