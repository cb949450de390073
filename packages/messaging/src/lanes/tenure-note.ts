/**
 * What the owner of a partition says of itself in the metadata of each commit, behind what is finished (`;`), until it hands
 * over in order: `t1.<base>.<owner>.<deaths>.<running>`, then `.<offset>.<times>` for each record that may have ended owners
 * before; the numbers in base 36, `running` empty while records run side by side. Whoever is next and finds it knows that
 * this owner ended in the middle of its work. As with the finished offsets the base stands inside, so that a note which a
 * tool left behind at another offset says nothing.
 */
const version = 't1';

/** More records than these have never ended an owner each while they ran alone. */
export const maxNotedCrashes = 8;

export interface TenureNote {
  /** Names one run of one process. */
  readonly owner: string;
  /** Owners before this one that ended without a hand-over, and without finishing the oldest record. */
  readonly deaths: number;
  /** The offset of the only record that runs. */
  readonly running: number | null;
  /** How often an owner ended while the record of that offset ran alone. */
  readonly crashes: ReadonlyMap<number, number>;
}

export function encodeTenure(base: number, { owner, deaths, running, crashes }: TenureNote): string {
  const numbers = [...crashes].slice(-maxNotedCrashes).flat();
  const parts = [version, text(base), owner, text(deaths), running === null ? '' : text(running), ...numbers.map(text)];
  return `;${parts.join('.')}`;
}

/** Null when there is none, it is not ours, damaged, or about another offset. */
export function decodeTenure(metadata: string, committed: number): TenureNote | null {
  const [said, base, owner, deaths, running, ...pairs] = (metadata.split(';')[1] ?? '').split('.');
  if (said !== version || base !== text(committed) || owner === undefined || running === undefined) return null;
  const numbers = [deaths ?? '', running === '' ? '0' : running, ...pairs].map(numberOf);
  if (numbers.includes(null) || pairs.length % 2 !== 0 || pairs.length > 2 * maxNotedCrashes) return null;
  const [count, only, ...counted] = numbers as readonly number[];
  const crashes = new Map<number, number>();
  for (let at = 0; at < counted.length; at += 2) crashes.set(counted[at] as number, counted[at + 1] as number);
  return { owner, deaths: count as number, running: running === '' ? null : (only as number), crashes };
}

const text = (value: number): string => value.toString(36);

function numberOf(digits: string): number | null {
  const value = /^[0-9a-z]{1,11}$/.test(digits) ? Number.parseInt(digits, 36) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
