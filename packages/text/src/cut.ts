import { codePointStart, endWithin, isWithin, lengthOf, type Measure } from './measure.ts';

export interface CutOptions {
  /** What a person reads where something is missing; counted too. Nothing when absent. */
  readonly mark?: string;
  /** UTF-16 units when absent. */
  readonly measure?: Measure;
}

/**
 * The longest beginning that fits, cut between graphemes: never inside an emoji, a flag, a family or an accented letter.
 * Where not even the first grapheme fits, between its code points, so that something is left. Well-formed in, well-formed
 * out. Costs what the limit is, not what the text is.
 */
export function cut(text: string, most: number, { mark = '', measure = 'utf16' }: CutOptions = {}): string {
  if (isWithin(text, most, measure)) return text;
  const left = most - lengthOf(mark, measure);
  if (left < 0) return cut(mark, most, { measure });
  const end = endWithin(text, left, measure);
  const { start } = graphemeAt(text, end);
  return text.slice(0, start > 0 ? start : end) + mark;
}

export interface KeepEndsOptions {
  /** Stands where the middle was. */
  readonly gap: string;
  /** How much of what is kept is the beginning, from 0 to 1. */
  readonly head: number;
}

/** The beginning and the end of a long text, in UTF-16 units, both cut between graphemes. */
export function cutMiddle(text: string, most: number, { gap, head }: KeepEndsOptions): string {
  if (text.length <= most) return text;
  const room = Math.max(0, most - gap.length);
  const headUnits = Math.floor(room * head);
  return cut(cut(text, headUnits) + gap, most) + text.slice(nextStart(text, text.length - (room - headUnits)));
}

/** The first place from here on that is between graphemes; between code points where none is near. */
function nextStart(text: string, at: number): number {
  const { start, end } = graphemeAt(text, at);
  if (start === at) return at;
  if (start > 0 && end - at < windowUnits) return end;
  return codePointStart(text, at) === at ? at : at + 1;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A grapheme longer than this is no letter but an attack, and is cut like any run of code points. */
const windowUnits = 4_096;

/** The grapheme that has this place in it or begins there; `start` is 0 where none begins near enough. Looks at a window only. */
function graphemeAt(text: string, at: number): { readonly start: number; readonly end: number } {
  if (at <= 0 || at >= text.length) return { start: at, end: at };
  // Between two of them there always is a border, and asking costs more than all the rest.
  if (isPlain(text.charCodeAt(at - 1)) && isPlain(text.charCodeAt(at)) && isPlain(text.charCodeAt(at + 1)))
    return { start: at, end: at + 1 };
  const from = windowStart(text, at);
  const found = segmenter.segment(text.slice(from, at + windowUnits)).containing(at - from);
  const index = found?.index ?? 0;
  const end = from + index + (found?.segment.length ?? 0);
  return index === 0 && from > 0 ? { start: 0, end } : { start: from + index, end };
}

/** Flags are pairs of regional indicators: a window that begins inside a run of them must begin at a pair. */
function windowStart(text: string, at: number): number {
  const start = codePointStart(text, Math.max(0, at - windowUnits));
  let first = start;
  while (first >= 2 && isRegional(text.codePointAt(first - 2))) first -= 2;
  return start - ((start - first) % 4);
}

const isPlain = (unit: number): boolean => unit >= 0x20 && unit < 0x7f;
const isRegional = (point: number | undefined): boolean => point !== undefined && point >= 0x1f1e6 && point <= 0x1f1ff;
