/** Consecutive groups of digits, as in `4111 1111 1111 1111`. */
export interface DigitRun {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

export interface RunOptions {
  /** Characters that may stand alone between two groups. */
  readonly separators: string;
  readonly least: number;
  readonly most: number;
}

/**
 * The first run at each place that the test accepts: whole groups only, not glued to letters, longest first.
 * Groups are tried together because a number may stand next to another one (`4111111111111111 12`).
 */
export function digitRuns(
  text: string,
  { separators, least, most }: RunOptions,
  accepts: (digits: string) => boolean,
): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  for (const chain of chains(text, separators)) {
    for (let from = 0; from < chain.length; from++) {
      const run = longestFrom(chain, from, { least, most }, accepts);
      if (run === null) continue;
      runs.push(run);
      while (from + 1 < chain.length && (chain[from + 1]?.start ?? 0) < run.end) from++;
    }
  }
  return runs;
}

function longestFrom(
  chain: readonly DigitRun[],
  from: number,
  { least, most }: { readonly least: number; readonly most: number },
  accepts: (digits: string) => boolean,
): DigitRun | null {
  let digits = '';
  let found: DigitRun | null = null;
  for (let to = from; to < chain.length; to++) {
    digits += chain[to]?.digits ?? '';
    if (digits.length > most) break;
    if (digits.length >= least && accepts(digits)) {
      found = { digits, start: chain[from]?.start ?? 0, end: chain[to]?.end ?? 0 };
    }
  }
  return found;
}

/** Groups that single separators join; a group glued to a letter breaks the chain and is not in one. */
function chains(text: string, separators: string): readonly (readonly DigitRun[])[] {
  const all: DigitRun[][] = [];
  let previousEnd = -2;
  for (const match of text.matchAll(/\d+/g)) {
    const start = match.index;
    const end = start + match[0].length;
    const isGlued = isWordPart(text[start - 1]) || isWordPart(text[end]);
    const isNext = start === previousEnd + 1 && separators.includes(text[previousEnd] ?? '');
    previousEnd = isGlued ? -2 : end;
    if (isGlued) continue;
    const group = { digits: match[0], start, end };
    if (isNext) all.at(-1)?.push(group);
    else all.push([group]);
  }
  return all;
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}_]/u.test(character);
}
