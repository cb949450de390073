import { evenBlanks, keepEnds, plainCharacters, withoutComments } from '../clean-text.ts';
import { withoutFooters } from './footer.ts';
import { hasWords, type Line, saidText, textOf, withParts } from './line.ts';
import { quotedMail } from './quoted-mail.ts';
import { signature } from './signature.ts';
import { styleRules } from './style-rules.ts';
import { visibleLines } from './visible-lines.ts';

/**
 * What the customer said, of a message or a mail: without markup, style sheets, quoted and passed-on mail, signatures and
 * legal footers, which are often in another language and about something else. Never nothing where there was something:
 * a step that would leave no word is not taken, and a mail that only passes another on keeps that.
 * Pure, and linear in the text's length, whatever stands in it.
 */
export function customerText(text: string): string {
  const plain = keepEnds(plainCharacters(text), Math.max(leastGrown, 2 * text.length));
  const visible = visibleLines(withoutComments(plain)).map(({ text: line, part }) => ({
    text: plainCharacters(line),
    part,
  }));
  const said = ownWords(visible);
  return evenBlanks(hasWords(said, 1) ? said : textOf(visible));
}

/** One character may become 18 in its normal form: what is read is bounded by what was sent, but for a few words. */
const leastGrown = 1_000;

/** A mail that passes on one that passes on one: read so far, and what is below that counts as part of it. */
const mostPassedOn = 3;

function ownWords(visible: readonly Line[], depth = 0): string {
  const styled = kept(visible, withParts(visible, styleRules(visible)));
  const { parts, passedOn } = quotedMail(styled);
  const answered = withParts(styled, parts);
  const own = hasSaid(answered) ? withoutEnd(answered) : '';
  if (passedOn === null) return own || withoutEnd(asSaid(styled));
  if (hasWords(own, passedOn.isForward ? fewestBesideForward : 1)) return own;
  const below = depth < mostPassedOn ? ownWords(asSaid(styled.slice(passedOn.from)), depth + 1) : '';
  return [own, below].filter((part) => part.trim() !== '').join('\n\n');
}

/** "See below" says nothing without what is below. */
const fewestBesideForward = 3;

function withoutEnd(lines: readonly Line[]): string {
  const unsigned = kept(lines, withParts(lines, signature(lines)));
  return saidText(kept(unsigned, withoutFooters(unsigned)));
}

/** What a step leaves, or what was there before when it leaves no word. */
function kept(before: readonly Line[], after: readonly Line[]): readonly Line[] {
  return hasSaid(after) ? after : before;
}

function hasSaid(lines: readonly Line[]): boolean {
  return hasWords(saidText(lines), 1);
}

function asSaid(lines: readonly Line[]): readonly Line[] {
  return lines.map(({ text, part }) => ({ text, part: part === 'style' ? part : 'said' }));
}
