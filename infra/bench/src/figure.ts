/** One measured figure; the shape of `--json`. */
export interface Figure {
  readonly name: string;
  /** Ours, in `unit`. */
  readonly ours: number;
  /** What the bare parts reach in the same run: what could not be better. */
  readonly limit: number;
  /** `ours / limit`. */
  readonly ratio: number;
  /** What we promise, in words. */
  readonly goal: string;
  readonly met: boolean;
  readonly unit: string;
  /** Each run's value. */
  readonly runs: readonly number[];
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** A benchmark: measures, and says what it is doing meanwhile. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Takes so long that it runs only when it is named. */
  readonly isLong?: boolean;
  run(context: BenchContext): Promise<readonly Figure[]>;
}

export interface BenchContext {
  /** The repository. */
  readonly root: string;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
  /** Share of the full sizes: 1 for figures that count, less to see whether a bench works. */
  readonly scale: number;
  /** How often each side is measured; the median counts. */
  readonly repeats: number;
  /** How long what is to go on for long does; its own choice when absent. */
  readonly minutes?: number;
  /** Folder for CPU profiles of the subjects; none are made when absent. */
  readonly profile?: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** A figure whose value is to stay at or below a bound. */
export const atMost = (
  bound: number,
  figure: Pick<Figure, 'name' | 'unit' | 'runs' | 'limit' | 'cpuSeconds' | 'rssMb'>,
): Figure => {
  const ours = median(figure.runs);
  return {
    ...figure,
    ours: rounded(ours),
    limit: rounded(figure.limit),
    ratio: rounded(ours / figure.limit),
    goal: `≤ ${bound} ${figure.unit}`,
    met: ours <= bound,
    runs: figure.runs.map(rounded),
    cpuSeconds: rounded(figure.cpuSeconds),
    rssMb: Math.round(figure.rssMb),
  };
};

type Measured = Pick<Figure, 'name' | 'unit' | 'runs' | 'cpuSeconds' | 'rssMb'>;

interface Compared extends Measured {
  /** The limit's value in each repeat; its median counts. */
  readonly limits: readonly number[];
}

const compared = ({ limits, ...measured }: Compared): Omit<Figure, 'goal' | 'met'> => {
  const ours = median(measured.runs);
  const limit = median(limits);
  return {
    ...measured,
    ours: rounded(ours),
    limit: rounded(limit),
    ratio: rounded(ours / limit),
    runs: measured.runs.map(rounded),
    cpuSeconds: rounded(measured.cpuSeconds),
    rssMb: Math.round(measured.rssMb),
  };
};

/** A figure that is to reach this share of its limit: rates. */
export const shareOf = (share: number, figures: Compared): Figure => {
  const figure = compared(figures);
  return { ...figure, goal: `≥ ${share} of the limit`, met: figure.ratio >= share };
};

/** A figure that is to stay within this multiple of its limit: waits, memory. */
export const within = (factor: number, figures: Compared): Figure => {
  const figure = compared(figures);
  return { ...figure, goal: `≤ ${factor} × the limit`, met: figure.ratio <= factor };
};

/** A figure that is told and not judged. */
export const told = (figures: Compared): Figure => ({ ...compared(figures), goal: 'told', met: true });

/** The figures as a table for people. */
export const describeFigures = (figures: readonly Figure[]): string => {
  const rows = [
    ['figure', 'ours', 'limit', 'ratio', 'goal', '', 'runs', 'CPU s', 'MB'],
    ...figures.map(({ name, ours, limit, ratio, goal, met, unit, runs, cpuSeconds, rssMb }) => [
      name,
      `${ours} ${unit}`,
      `${limit} ${unit}`,
      String(ratio),
      goal,
      met ? 'met' : 'MISSED',
      runs.join(' '),
      String(cpuSeconds),
      String(rssMb),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
