import { closings, devices, sentFrom, thanks } from './closing-phrases.ts';
import { isFooter } from './footer.ts';
import type { Line, LinePart } from './line.ts';

/** Lines of a signature: contact blocks are short, and prose behind a closing is an afterthought. */
const mostSignatureLines = 25;
const longestContactLine = 100;
const mostContactWords = 20;

/**
 * Finds who signed: all behind `--`, a closing ("Mit freundlichen Grüßen") with the contact block below it, "Sent from my
 * iPhone". Whole sentences below a closing are an afterthought and stay.
 */
export function signature(lines: readonly Line[]): ReadonlyMap<number, LinePart> {
  const parts = new Map<number, LinePart>();
  const own = [...lines.keys()].filter((at) => lines[at]?.part === 'said' && lines[at]?.text.trim() !== '');
  const textAt = (place: number): string => lines[own[place] ?? -1]?.text.trim() ?? '';
  const give = (from: number, to: number): void => {
    for (let place = from; place < to; place++) parts.set(own[place] ?? -1, 'signature');
  };
  for (let place = 0; place < own.length; place++) {
    const text = textAt(place);
    const left = own.length - place - 1;
    if (isDelimiter(text) && left <= mostSignatureLines) {
      give(place, own.length);
      break;
    }
    if (isSentFrom(text)) give(place, place + 1);
    const closing = closingOf(text);
    const isRuled = isRule(text) && left <= mostSignatureLines;
    if (closing === null && !isRuled) continue;
    const end = contactEnd(textAt, { from: place + 1, to: own.length });
    if (isRuled && end < own.length) continue;
    give(closing === 'thanks' ? place + 1 : place, end);
    place = end - 1;
  }
  return parts;
}

/** The mark of RFC 3676, whose blank is often lost. */
function isDelimiter(text: string): boolean {
  return text === '--' || text === '—' || text === '– –';
}

/** A line of dashes or underscores, as above a signature. */
function isRule(text: string): boolean {
  return /^[-–—_=*~#]{2,120}$/.test(text);
}

/** "Sent from my iPhone", and not "Sent from my account twice". */
function isSentFrom(text: string): boolean {
  if (text.length > 90) return false;
  const lower = text.toLowerCase().replace(/^[\s([<*_]+/, '');
  if (lower.split(' ').length > 12) return false;
  const isGerman = /^von .{2,40} (?:gesendet|verschickt)\W{0,3}$/u.test(lower);
  return (sentFrom.test(lower) || isGerman) && devices.test(lower) && !/[!?]/.test(lower);
}

function closingOf(text: string): 'closing' | 'thanks' | null {
  if (text.length > longestContactLine) return null;
  // Two languages on one line, or a name behind it: "Mit freundlichen Grüßen / Kind regards", "Best, Jo".
  const [first = '', rest = ''] = text.toLowerCase().split(/[,.!;/|]+/, 2);
  const phrase = bare(first);
  // "Best, please answer me soon" is a sentence.
  if (rest.trim().split(/\s+/).length > 3) return null;
  if (closings.has(phrase) || closings.has(bare(text.toLowerCase()))) return 'closing';
  return thanks.has(phrase) ? 'thanks' : null;
}

function bare(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}’'& ]+/gu, '').trim();
}

/** The first line from there on that is neither a line of a contact block nor a legal footer. */
function contactEnd(
  textAt: (place: number) => string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const last = Math.min(to, from + mostSignatureLines);
  let end = from;
  while (end < last && (isContactLine(textAt(end)) || isFooter(textAt(end)))) end++;
  return end;
}

/** A name, a title, a company, an address, a number: short, and no sentence. */
function isContactLine(text: string): boolean {
  if (text.length > 2 * longestContactLine || /^\(?p\.?\s?s\b/i.test(text)) return false;
  if (isSentFrom(text) || isRule(text) || isContactData(text)) return true;
  if (text.length > longestContactLine) return false;
  const words = text.split(/\s+/);
  if (words.length <= 3) return true;
  const mostWords = /[/|&,]/.test(text) ? 14 : 9;
  return words.length <= mostWords && /^\P{Ll}/u.test(text) && !endsSentence(text);
}

const contactSign = /[|·•@]|www\.|:\/\//;
const contactLabel =
  /(?<!\p{L})(?:tel|phone|fax|mob|mobile|mobil|cell|telefon|tél|teléfono|móvil|cellulare|telefoon|e-?mail|web|t|m|f)\s?[.:]/iu;
const company =
  /(?<!\p{L})(?:gmbh|ag|kg|ltd|llc|inc|sarl|sas|s\.l\.|s\.a\.|s\.r\.l\.|srl|s\.p\.a\.|spa|b\.v\.|bv|n\.v\.|lda)(?!\p{L})/iu;
const telephone = /\+\d[\d ()/.-]{6}/;

/** Of a line that is short enough to be one. */
function isContactData(text: string): boolean {
  const isSigned = [contactSign, contactLabel, company, telephone].some((sign) => sign.test(text));
  return isSigned && text.split(/\s+/).length <= mostContactWords && !hasSentence(text);
}

/** A word in small letters and a full stop or its like: `Ltd.` and `S.A.` end no sentence. */
function hasSentence(text: string): boolean {
  return /\p{Ll}\p{Ll}\p{Ll}[.!?]\s/u.test(text);
}

function endsSentence(text: string): boolean {
  return /[!?]$|\p{Ll}\p{Ll}\p{Ll}\.$/u.test(text);
}
