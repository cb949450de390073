import { type HostileText, hostileTexts } from './hostile-texts.ts';

/** A function that is given what strangers wrote. */
export interface TextFunction {
  readonly name: string;
  /** What bounds the text before it comes here, in words. */
  readonly bound: string;
  readonly run: (text: string) => unknown;
  /** Inputs that this function in particular might find hard, beside the usual ones. */
  readonly texts?: readonly HostileText[];
  /** Length of the longest input; one million characters when absent. Only for what never sees more. */
  readonly longest?: number;
}

/** What a function costs on the text that costs it most. */
export interface TextCost {
  readonly text: string;
  readonly length: number;
  readonly ms: number;
  /** False: the cost grew faster than the text, and longer texts were not tried. */
  readonly isLinear: boolean;
}

const oneMillion = 1_000_000;
const step = 4;
/** A linear reader's cost grows by the step, a quadratic one's by its square, which is 16. */
const mostGrowth = 9;
/** What costs less is the work of the compiler and the collector. */
const smallestMs = 60;
const attempts = 4;

/** Texts that are tried at full length: those that cost most at a sixteenth of it, where a quadratic reader already stands out. */
const triedWhole = 3;

/** Stops at the first text over which the cost grows faster than its length. */
export function costliest({ run, texts = [], longest = oneMillion }: TextFunction): TextCost {
  const tried = [...hostileTexts, ...texts].map((text) => ({
    text,
    cost: costOver(run, text, { lengths: [longest / step ** 4, longest / step ** 3, longest / step ** 2], before: 0 }),
  }));
  const dearest = tried.sort((a, b) => b.cost.ms - a.cost.ms).slice(0, triedWhole);
  let worst: TextCost = { text: '', length: longest, ms: -1, isLinear: true };
  for (const { text, cost } of dearest) {
    const whole = cost.isLinear ? costOver(run, text, { lengths: [longest / step, longest], before: cost.ms }) : cost;
    if (!whole.isLinear) return whole;
    if (whole.ms > worst.ms) worst = whole;
  }
  return worst;
}

function costOver(
  run: TextFunction['run'],
  { name, make }: HostileText,
  { lengths, before }: { readonly lengths: readonly number[]; readonly before: number },
): TextCost {
  let last = before;
  for (const length of lengths.map(Math.floor)) {
    const text = make(length);
    const most = Math.max(last * mostGrowth, smallestMs);
    let ms = timed(run, text);
    for (let again = 1; ms > most && again < attempts; again++) ms = Math.min(ms, timed(run, text));
    if (ms > most) return { text: name, length, ms, isLinear: false };
    last = ms;
  }
  return { text: name, length: Math.floor(lengths.at(-1) ?? 0), ms: last, isLinear: true };
}

/** Processor time of this thread alone: what else the machine does is no part of it. */
function timed(run: TextFunction['run'], text: string): number {
  const from = process.threadCpuUsage();
  try {
    run(text);
  } catch {
    // Refusing a text is an answer too; what it costs is what counts.
  }
  const { user, system } = process.threadCpuUsage(from);
  return (user + system) / 1_000;
}
