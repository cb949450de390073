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
  const kept: Detection[] = [];
  const surest = [...found].sort(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start,
  );
  for (const candidate of surest) {
    const isFree = kept.every((other) => candidate.end <= other.start || candidate.start >= other.end);
    if (isFree) kept.push(candidate);
  }
  return kept.sort((a, b) => a.start - b.start);
}
