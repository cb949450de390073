import { banners, type LegalTopic, legalPhrases, plainWords } from './legal-phrases.ts';
import { type Line, textOf } from './line.ts';

/** A place in a text that speaks of something that legal footers speak of. */
interface Hit {
  readonly at: number;
  readonly phrase: string;
  readonly topic: LegalTopic;
}

/** One sentence of a paragraph; `end` is the first place behind it. */
interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly hits: readonly Hit[];
}

const alternatives = (phrases: Iterable<string>): string =>
  [...phrases]
    .sort((a, b) => b.length - a.length)
    .map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('|');
const legal = new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives(legalPhrases.keys())})`, 'gu');
const banner = new RegExp(alternatives(banners), 'u');
const aboutMail =
  /e-?mail|message|nachricht|communication|transmission|attachment|anhang|anhänge|courriel|pièces? jointe|correo|mensaje|messaggio|comunicazione|bericht|bijlage|mensagem/u;

/** Whether one line by itself is a legal footer. */
export function isFooter(text: string): boolean {
  const [only] = sentences(text, { isWhole: true });
  return only !== undefined && isLegal(only.hits, text);
}

/**
 * Leaves out legal footers: sentences, next to one another, that speak of two of the things that footers speak of, and
 * what follows in their paragraph; below them also what speaks of one; imprints of companies; what mail servers add.
 * What a customer says above in the same paragraph stays.
 */
export function withoutFooters(lines: readonly Line[]): readonly Line[] {
  const kept: Line[] = [];
  let isBelow = false;
  for (const paragraph of paragraphs(lines)) {
    const isText = paragraph[0]?.part === 'said' && paragraph[0].text.trim() !== '';
    const rest: readonly Line[] = isText ? withoutFooter(paragraph, { isBelow }) : paragraph;
    if (rest !== paragraph || textOf(paragraph).trim() !== '') isBelow = rest !== paragraph;
    kept.push(...rest);
  }
  return kept;
}

/** Said lines next to one another; every other line by itself. Lines are broken anywhere, so sentences go across them. */
function paragraphs(lines: readonly Line[]): readonly (readonly Line[])[] {
  const all: Line[][] = [];
  let isOpen = false;
  for (const line of lines) {
    const isText = line.part === 'said' && line.text.trim() !== '';
    if (isText && isOpen) all.at(-1)?.push(line);
    else all.push([line]);
    isOpen = isText;
  }
  return all;
}

/** The paragraph itself where there is nothing to leave out. */
function withoutFooter(paragraph: readonly Line[], { isBelow }: { readonly isBelow: boolean }): readonly Line[] {
  const text = textOf(paragraph);
  const all = sentences(text, { isWhole: false });
  const kept: Sentence[] = [];
  for (let at = 0; at < all.length; ) {
    const to = runEnd(all, at);
    const run = all.slice(at, to);
    const hits = run.flatMap((one) => one.hits);
    const said = text.slice(run[0]?.start, run.at(-1)?.end);
    if (isLegal(hits, said) || (isBelow && kept.length === 0 && hits.length > 0)) break;
    if (!banner.test(folded(said))) kept.push(...run);
    at = to;
  }
  if (kept.length === all.length) return paragraph;
  const rest = kept.map(({ start, end }) => text.slice(start, end)).join('');
  return rest.trim() === '' ? [] : rest.split('\n').map((line) => ({ text: line, part: 'said' }));
}

/** Behind the sentences from here on that speak of something legal; one that does not belongs to them between two that do. */
function runEnd(all: readonly Sentence[], from: number): number {
  const isHit = (at: number): boolean => (all[at]?.hits.length ?? 0) > 0;
  let to = from + 1;
  if (!isHit(from)) return to;
  while (isHit(to) || isHit(to + 1)) to += isHit(to) ? 1 : 2;
  return to;
}

const ofMail: ReadonlySet<LegalTopic> = new Set([
  'confidential',
  'receiver',
  'error',
  'destroy',
  'forbidden',
  'liability',
]);
/** "Sent to me in error, please delete it" is what a customer may say; one of these is not. */
const ofLawyers: ReadonlySet<LegalTopic> = new Set(['confidential', 'receiver', 'forbidden', 'liability']);

function isLegal(hits: readonly Hit[], said: string): boolean {
  const topics = new Set(hits.map(({ topic }) => topic));
  if (topics.has('printing') || hits.some(({ phrase }) => plainWords.has(phrase))) return true;
  const spoken = [...topics].filter((topic) => ofMail.has(topic));
  const isDisclaimer =
    spoken.length >= 2 && spoken.some((topic) => ofLawyers.has(topic)) && aboutMail.test(folded(said));
  return isDisclaimer || isImprint(hits, said);
}

/** Register, court, tax number, in a line that is no sentence. */
function isImprint(hits: readonly Hit[], said: string): boolean {
  const named = new Set(hits.filter(({ topic }) => topic === 'company').map(({ phrase }) => phrase)).size;
  return named >= 3 || (named === 2 && !/\p{Ll}\p{Ll}\p{Ll}[.!?]$/u.test(said.trimEnd()));
}

/** Sentences with what they speak of. A line break ends one unless the next line goes on in small letters. */
function sentences(text: string, { isWhole }: { readonly isWhole: boolean }): readonly Sentence[] {
  const ends = isWhole ? [text.length] : sentenceEnds(text);
  const hits = hitsIn(folded(text).replaceAll('\n', ' '));
  let next = 0;
  return ends.map((end, at) => {
    const from = next;
    while (next < hits.length && (hits[next]?.at ?? 0) < end) next++;
    return {
      start: at === 0 ? 0 : (ends[at - 1] ?? 0),
      end,
      hits: hits.slice(from, next),
    };
  });
}

/** Not `matchAll`, which compiles its expression anew for every text. */
function hitsIn(lower: string): readonly Hit[] {
  const hits: Hit[] = [];
  legal.lastIndex = 0;
  for (let found = legal.exec(lower); found !== null; found = legal.exec(lower)) {
    const [phrase] = found;
    hits.push({ at: found.index, phrase, topic: legalPhrases.get(phrase) ?? 'company' });
  }
  return hits;
}

const sentenceEnd = /[.!?]\s|\n(?!\p{Ll})/gu;

function sentenceEnds(text: string): readonly number[] {
  const ends = Array.from(text.matchAll(sentenceEnd), ({ index, 0: end }) => index + end.length);
  return ends.at(-1) === text.length ? ends : [...ends, text.length];
}

/** Small letters of the same length, and one kind of apostrophe and hyphen. */
function folded(text: string): string {
  return text.replaceAll('İ', 'I').toLowerCase().replaceAll('’', "'").replaceAll('\u2010', '-');
}
