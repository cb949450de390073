/** `error`: something is lost, stopped or about to be; `warning`: it works, and will not for ever. */
export type Severity = 'error' | 'warning';

/** One thing that is wrong: what, where, how bad, and what mends it. */
export interface Finding {
  readonly check: string;
  readonly severity: Severity;
  readonly where: string;
  readonly what: string;
  readonly mend: string;
}

/** One question about the installation. Reads only. */
export interface Check {
  readonly name: string;
  /** What must answer before it makes sense to ask. */
  readonly needs: 'kafka' | 'postgres' | 'registry' | 'nothing';
  find(signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface Examination {
  /** ISO 8601. */
  readonly at: string;
  /** Names of the checks that were made. */
  readonly checked: readonly string[];
  readonly findings: readonly Finding[];
}

/** What an operator reads: `4 d`, `3 h`, `20 min`, `7 s`. */
export function words(milliseconds: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const;
  const [size, name] = units.find(([unit]) => Math.abs(milliseconds) >= unit * 2) ?? [1_000, 's'];
  return `${Math.round((milliseconds / size) * 10) / 10} ${name}`;
}
