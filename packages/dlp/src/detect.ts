import { type Detection, leastScore } from './detection.ts';
import { detectCards } from './detectors/card.ts';
import { detectEmails } from './detectors/email.ts';
import { detectIbans } from './detectors/iban.ts';
import { detectPhones } from './detectors/phone.ts';

/** Surest first: what one found is taken out before the next looks, so no shape swallows half of a checked number. */
const detectors = [detectEmails, detectIbans, detectCards, detectPhones];

/** Everything found in a text, in its order and without overlaps. */
export function detect(text: string): readonly Detection[] {
  const found: Detection[] = [];
  let rest = text;
  for (const detector of detectors) {
    const sure = resolveOverlaps(detector(rest).filter(({ score }) => score >= leastScore));
    found.push(...sure);
    rest = blank(rest, sure);
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Positions stay, and a line break joins no number to its neighbour. */
function blank(text: string, found: readonly Detection[]): string {
  let out = '';
  let from = 0;
  for (const { start, end } of found) {
    out += text.slice(from, start) + '\n'.repeat(end - start);
    from = end;
  }
  return out + text.slice(from);
}

/** Of two findings over one place the surer stands, then the longer. */
export function resolveOverlaps(found: readonly Detection[]): readonly Detection[] {
  const surest = [...found].sort(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  // Places instead of a comparison with all that were kept: a text may hold as many findings as words.
  const taken = new Uint8Array(found.reduce((last, { end }) => Math.max(last, end), 0));
  const kept = surest.filter(({ start, end }) => {
    if (taken.subarray(start, end).includes(1)) return false;
    taken.fill(1, start, end);
    return true;
  });
  return kept.sort((a, b) => a.start - b.start);
}
