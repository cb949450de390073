import { headerBlockEnd } from './header-block.ts';
import type { Line, LinePart } from './line.ts';
import {
  aboveThisLine,
  forwardBeginnings,
  forwardTitles,
  replyTitles,
  wroteStarters,
  wroteWords,
} from './mail-phrases.ts';

export interface QuotedMail {
  /** Lines that are somebody else's, by their place. */
  readonly parts: ReadonlyMap<number, LinePart>;
  readonly passedOn: PassedOn | null;
}

/** The first mail below the customer's own words. */
export interface PassedOn {
  /** Its first line, behind title and header. */
  readonly from: number;
  /** Whether a title says that it is passed on, and not answered. */
  readonly isForward: boolean;
}

/**
 * Finds quoted mail: lines behind `>`, "On … Jo wrote:", titles like "Original Message", and blocks of From, Sent, To,
 * Subject. A sentence in which somebody "wrote" something, or something is `>` than another, is the customer's.
 */
export function quotedMail(lines: readonly Line[]): QuotedMail {
  const parts = new Map<number, LinePart>();
  let passedOn: PassedOn | null = null;
  let isFirst = true;
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at]?.text.trim() ?? '';
    if (text === '') continue;
    const isSaid = lines[at]?.part === 'said';
    const title = titleOf(text);
    const body = headerBlockEnd(lines, title === null ? at : at + 1);
    if (title?.isMarked || body !== null) {
      // Only what stands right below the customer's words was passed on; a title further down is in the quotation.
      if (isFirst) passedOn = { from: body ?? at + 1, isForward: title?.kind === 'forward' };
      isFirst = false;
      if (isSaid) return { parts: rest(parts, at, lines.length), passedOn };
      at = (body ?? at + 1) - 1;
    } else if (!isSaid) {
      isFirst &&= lines[at]?.part !== 'quoted';
    } else if (isReplyLine(text)) {
      return { parts: rest(parts, at, lines.length), passedOn };
    } else if (isQuoteLine(lines, at)) {
      parts.set(at, 'quoted');
      isFirst = false;
    } else {
      const wrote = attributionAt(lines, at);
      if (wrote === null) continue;
      if (wrote.takesRest) return { parts: rest(parts, at, lines.length), passedOn };
      for (let place = at; place < wrote.to; place++) parts.set(place, 'quoted');
      at = wrote.to - 1;
    }
  }
  return { parts, passedOn };
}

function rest(parts: Map<number, LinePart>, from: number, to: number): ReadonlyMap<number, LinePart> {
  for (let at = from; at < to; at++) parts.set(at, 'quoted');
  return parts;
}

const longestTitle = 100;

/** "-----Original Message-----"; without the dashes only together with the header below it. */
function titleOf(text: string): { readonly kind: 'reply' | 'forward'; readonly isMarked: boolean } | null {
  if (text.length > longestTitle) return null;
  const bare = trimmed(text.toLowerCase());
  const isRuled = /^[-–—_=*#>]{2}|^[-–—]\s/.test(text);
  const isForward = forwardTitles.has(bare) || (isRuled && forwardBeginnings.some((title) => bare.startsWith(title)));
  if (!isForward && !replyTitles.has(bare)) return null;
  return { kind: isForward ? 'forward' : 'reply', isMarked: isRuled || text.endsWith(':') };
}

const decoration: ReadonlySet<string> = new Set([...'-–—_=*#:> \t\u00A0']);

/** Without decoration on either side. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && decoration.has(text[start] ?? '')) start++;
  while (end > start && decoration.has(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}

/** Where a help desk's own mail says that the answer belongs above. */
function isReplyLine(text: string): boolean {
  if (text.length > 200) return false;
  if (/^##-.*-##$/.test(text)) return true;
  const lower = text.toLowerCase();
  return /^[-–—_=*#]{2}/.test(text) && aboveThisLine.some((phrase) => lower.includes(phrase));
}

/** `> text`. What begins with a number or a sign may be "> 5 days" and needs a neighbour that is quoted as well. */
function isQuoteLine(lines: readonly Line[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  if (!beginsQuote(text)) return false;
  return (
    /^[\s>]{0,40}[\p{L}"'“„«(*[-]/u.test(text) || beginsQuote(lines[at - 1]?.text) || beginsQuote(lines[at + 1]?.text)
  );
}

function beginsQuote(text: string | undefined): boolean {
  return text !== undefined && /^\s{0,3}>/.test(text);
}

const longestAttribution = 300;
const mostAttributionLines = 3;

/**
 * "On Monday, 3 March 2025 at 10:14, Jo <jo@example.com> wrote:", on up to three lines. All that follows is quoted, or
 * only what is marked so, when it is: people also answer below and in between.
 */
function attributionAt(
  lines: readonly Line[],
  at: number,
): { readonly to: number; readonly takesRest: boolean } | null {
  let joined = '';
  for (let to = at; to < at + mostAttributionLines; to++) {
    const text = lines[to]?.text.trim() ?? '';
    if (text === '' || joined.length + text.length > longestAttribution) return null;
    joined = `${joined} ${text}`.trimStart();
    const evidence = attributionIn(joined);
    if (evidence !== null) {
      const isFollowed = isQuotedNext(lines, to + 1);
      if (isFollowed) return { to: to + 1, takesRest: false };
      return evidence === 'sure' ? { to: to + 1, takesRest: true } : null;
    }
    // A name and an address may stand first, and the rest on the next line.
    if (!startsAttribution(joined) && !hasBracketedAddress(joined)) return null;
  }
  return null;
}

const clock = /\b\d{1,2}\s?[:.h]\s?\d{2}\b/u;
const date = /\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b/u;
const address = /[^\s<>@]@[^\s<>@]/u;
/** "2025-03-04 9:12 GMT+01:00 Jo <jo@example.com>:" */
const older = /^\d{4}[-/]\d{2}[-/]\d{2} \d{1,2}:\d{2} /;

/** `sure`: who and when; `likely`: enough where marked lines follow. */
function attributionIn(joined: string): 'sure' | 'likely' | null {
  // "---- On Tue, 4 Mar 2025 09:12:33 +0100 Jo <jo@example.com> wrote ----" ends in a rule of its own.
  if (!joined.endsWith(':') && !(joined.startsWith('--') && joined.endsWith('--'))) return null;
  if (older.test(joined) && hasBracketedAddress(joined)) return 'sure';
  const lower = ` ${joined.toLowerCase().replace(/[^\p{L}’'()]+/gu, ' ')} `;
  if (!wroteWords.some((wrote) => lower.includes(` ${wrote} `))) return null;
  const [hasClock, hasDate, hasAddress] = [clock, date, address].map((part) => part.test(joined));
  const starts = startsAttribution(joined);
  if (starts ? hasAddress || (hasClock && hasDate) : (hasAddress || hasDate) && hasClock) return 'sure';
  const isName = joined.length <= 60 && !starts && joined.split(' ').length <= 4;
  return hasClock || hasDate || hasAddress || isName ? 'likely' : null;
}

function hasBracketedAddress(text: string): boolean {
  const open = text.indexOf('<');
  return open >= 0 && text.indexOf('>', text.indexOf('@', open) + 1) > open + 1 && text.includes('@');
}

function startsAttribution(text: string): boolean {
  const lower = trimmed(text.toLowerCase());
  return wroteStarters.some((starter) => lower.startsWith(`${starter} `));
}

/** Whether the next line with words is marked as quoted, by `>` or by the markup that it came in. */
function isQuotedNext(lines: readonly Line[], from: number): boolean {
  for (let at = from; at < from + 3; at++) {
    const line = lines[at];
    if (line === undefined || line.text.trim() === '') continue;
    return line.part === 'quoted' || beginsQuote(line.text);
  }
  return false;
}
