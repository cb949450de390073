/**
 * Text as a model and a detector should see it: what a person would read, and no more.
 * One normal form, no invisible characters (a zero-width space inside an address hides it from a detector, tag
 * characters carry instructions that nobody sees), no HTML comments and no hidden elements.
 */
export function cleanText(text: string): string {
  return withoutComments(text)
    .replace(hiddenElement, ' ')
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Keeps the beginning and the end of a long text: a greeting and a signature may go, the matter rarely stands in the middle. */
export function keepEnds(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.ceil(most * 0.75);
  const gap = '\n…\n';
  return text.slice(0, head).toWellFormed() + gap + text.slice(text.length - (most - head - gap.length)).toWellFormed();
}

/** An unclosed comment takes the rest. Not a regular expression: over a run of openings each would look for its end anew. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  for (let from = 0; ; ) {
    const start = text.indexOf('<!--', from);
    kept.push(start < 0 ? text.slice(from) : text.slice(from, start));
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return kept.join(' ');
    from = end + 3;
  }
}

const hiddenElement =
  /<([a-z][a-z0-9]{0,10})\b[^>]{0,500}\bstyle\s*=\s*["'][^"'>]{0,400}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0)[^"'>]{0,400}["'][^>]{0,500}>[\s\S]{0,5000}?<\/\1\s*>/gi;
// Soft hyphen, zero width, direction marks and overrides, word joiner, byte order mark, variation selectors, tags; controls but tab and newline.
const invisible =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]|[\p{Cc}--[\t\n]]/gv;
