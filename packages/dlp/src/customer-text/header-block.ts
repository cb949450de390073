import type { Line } from './line.ts';
import { type HeaderKind, headerKinds } from './mail-phrases.ts';

/** Lines that a header may take: lists of receivers are long. */
const mostLines = 14;
const mostForeign = 3;
const field = /^[*_>\s]{0,6}(\p{L}[\p{L}\p{M} '’-]{0,24})[*_\s]{0,4}:/u;

/**
 * The first line behind a header that begins here ("From: …", "Sent: …", "To: …", "Subject: …"), or null. It names a
 * sender and two things more, and an address or both subject and date: "From: Berlin, To: Paris" is a journey.
 */
export function headerBlockEnd(lines: readonly Line[], from: number): number | null {
  if (kindOf(lines[from]?.text) === null && lines[from]?.text.trim() !== '') return null;
  const kinds = new Set<HeaderKind>();
  let hasAddress = false;
  let end = from;
  let foreign = 0;
  for (let at = from; at < from + mostLines && foreign < mostForeign; at++) {
    const text = lines[at]?.text;
    if (text === undefined) break;
    const kind = kindOf(text);
    if (kind === null) {
      if (text.trim() === '' && kinds.has('from') && kinds.size > 1) break;
      foreign++;
      continue;
    }
    foreign = 0;
    kinds.add(kind);
    hasAddress ||= text.includes('@');
    end = at + 1;
  }
  const isHeader = kinds.has('from') && kinds.size > 2 && (hasAddress || (kinds.has('subject') && kinds.has('date')));
  return isHeader ? end : null;
}

function kindOf(text: string | undefined): HeaderKind | null {
  const name = field
    .exec(text?.slice(0, 60) ?? '')?.[1]
    ?.trim()
    .toLowerCase();
  return name === undefined ? null : (headerKinds.get(name) ?? null);
}
