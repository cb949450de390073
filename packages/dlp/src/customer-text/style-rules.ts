import type { Line, LinePart } from './line.ts';

/** Rules that are longer are no remains of a mail's style sheet. */
const mostLines = 60;
const longestLine = 2_000;
const oneLine = /^\s{0,20}[a-z.#*@][^{}"]{0,300}\{[^{}"]{0,1500}\}?\s*$/iu;
const opening = /^\s{0,20}[a-z.#*@][^{}:;"]{0,300}\{\s{0,20}$/iu;
const declaration = /^\s{0,20}[a-z-]{2,40}\s{0,5}:[^{}]{1,300};?\s{0,20}\}?\s{0,20}$/iu;

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
  const text = lines[from]?.text ?? '';
  if (text.length > longestLine || !text.includes('{')) return from;
  if (oneLine.test(text) && isRule(text)) return from + 1;
  if (!opening.test(text)) return from;
  for (let at = from + 1; at < from + mostLines; at++) {
    const inside = lines[at]?.text.trim();
    if (inside === undefined || inside.length > longestLine) return from;
    if (inside === '}') return at > from + 1 ? at + 1 : from;
    if (inside !== '' && !declaration.test(inside)) return from;
    if (inside.endsWith('}')) return at + 1;
  }
  return from;
}

/** `selector {name: value; …}` and nothing else between the braces. */
function isRule(text: string): boolean {
  const body = text.slice(text.indexOf('{') + 1).replace(/\}\s*$/, '');
  const declarations = body.split(';').filter((part) => part.trim() !== '');
  return declarations.length > 0 && declarations.every((part) => declaration.test(part)) && text.trim().endsWith('}');
}
