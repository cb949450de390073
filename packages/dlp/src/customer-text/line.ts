/** Whose words a line is: the customer's own, somebody else's, a signature, a legal footer, a style sheet. */
export type LinePart = 'said' | 'quoted' | 'signature' | 'footer' | 'style';

export interface Line {
  readonly text: string;
  readonly part: LinePart;
}

/** Of the lines that are left to the customer. */
export function saidText(lines: readonly Line[]): string {
  return textOf(lines.filter(({ part }) => part === 'said'));
}

export function textOf(lines: readonly Pick<Line, 'text'>[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** The same lines, given to others where the new parts say so; what was somebody else's stays theirs. */
export function withParts(lines: readonly Line[], parts: ReadonlyMap<number, LinePart>): readonly Line[] {
  return lines.map((line, at) => (line.part === 'said' ? { text: line.text, part: parts.get(at) ?? 'said' } : line));
}

const word = /[\p{L}\p{N}]+/gu;

/** Counts no further than asked. */
export function hasWords(text: string, least: number): boolean {
  word.lastIndex = 0;
  for (let found = 0; found < least; found++) if (!word.test(text)) return false;
  return true;
}
