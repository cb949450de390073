import { escapedLine, withoutControls } from './control-characters.ts';
import { cut } from './cut.ts';
import type { Measure } from './measure.ts';

/** What a destination takes of a text. Half a surrogate pair is no character: nobody takes it. */
export interface Takes {
  /** U+0000. */
  readonly nul: boolean;
  /** Control characters but NUL, line feed and tab; of a terminal also what changes the direction or hides. */
  readonly controls: 'taken' | 'replaced' | 'escaped';
  /** The most it takes, and how it counts; null where nothing but the record's size bounds it. */
  readonly most: { readonly count: number; readonly measure: Measure } | null;
}

/**
 * The text as the destination takes it: what it cannot hold is U+FFFD (or an escape, where it is shown), what is too long
 * is cut between graphemes. The same text where it fits already; fitting again changes nothing.
 */
export function fitText(text: string, takes: Takes): string {
  const { most } = takes;
  const held = characters(most === null ? text : text.slice(0, enough(most)), takes);
  return most === null ? held : cut(held, most.count, { measure: most.measure, mark: '…' });
}

function characters(text: string, { nul, controls }: Takes): string {
  // An escape shows half a pair too.
  if (controls === 'escaped') return escapedLine(text);
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (controls === 'replaced') return withoutControls(whole);
  return nul || !whole.includes('\0') ? whole : whole.replaceAll('\0', '\uFFFD');
}

/** Units that may matter: no measure counts more than two of them as one, and the grapheme at the cut must be seen. */
const enough = ({ count }: NonNullable<Takes['most']>): number => count * 2 + 4_096;
