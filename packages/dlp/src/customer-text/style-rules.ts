import type { Line, LinePart } from './line.ts';

/** Rules that are longer are no remains of a mail's style sheet. */
const mostLines = 60;
const longestLine = 2_000;
const selector = /^[a-z.#*@][^{};"]{0,300}$/i;
const property = /^[a-z-]{2,40}$/i;

/** Finds style sheets in plain text: some programs make text of a whole HTML mail, and its rules come first. */
export function styleRules(lines: readonly Line[]): ReadonlyMap<number, LinePart> {
  const parts = new Map<number, LinePart>();
  for (let at = 0; at < lines.length; at++) {
    const end = ruleEnd(lines, at);
    for (let place = at; place < end; place++) parts.set(place, 'style');
    if (end > at) at = end - 1;
  }
  return parts;
}

/** Behind the rule that begins here; the same place where none does. */
function ruleEnd(lines: readonly Line[], from: number): number {
  const text = trimmedAt(lines, from);
  const brace = text?.indexOf('{') ?? -1;
  if (text === null || brace < 0) return from;
  const [head = ''] = text.split('{', 1);
  if (text.endsWith('}'))
    return selector.test(head.trim()) && areDeclarations(text.slice(brace + 1, -1)) ? from + 1 : from;
  return brace === text.length - 1 && selector.test(head.trim()) ? bodyEnd(lines, from) : from;
}

function bodyEnd(lines: readonly Line[], from: number): number {
  for (let at = from + 1; at < from + mostLines; at++) {
    const inside = trimmedAt(lines, at);
    if (inside === null) return from;
    if (inside === '}') return at > from + 1 ? at + 1 : from;
    const isLast = inside.endsWith('}');
    if (inside !== '' && !areDeclarations(isLast ? inside.slice(0, -1) : inside)) return from;
    if (isLast) return at + 1;
  }
  return from;
}

function trimmedAt(lines: readonly Line[], at: number): string | null {
  const text = lines[at]?.text;
  return text === undefined || text.length > longestLine ? null : text.trim();
}

/** `name: value; …`, at least one and nothing else. */
function areDeclarations(body: string): boolean {
  const all = body.split(';').filter((part) => part.trim() !== '');
  return all.length > 0 && all.every((part) => property.test(part.slice(0, Math.max(0, part.indexOf(':'))).trim()));
}
