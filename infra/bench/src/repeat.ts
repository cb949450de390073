import { type BenchContext, median } from './figure.ts';
import type { Observed } from './subject.ts';

/** Measures each side in turn, so that what the machine does beside falls on all of them. */
export const inTurn = async <Name extends string>(
  { repeats, say, signal }: BenchContext,
  sides: Readonly<Record<Name, (repeat: number) => Promise<Observed>>>,
): Promise<Readonly<Record<Name, readonly Observed[]>>> => {
  const found = Object.fromEntries(Object.keys(sides).map((name) => [name, []])) as unknown as Record<Name, Observed[]>;
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    for (const name of Object.keys(sides) as Name[]) {
      signal.throwIfAborted();
      const observed = await sides[name](repeat);
      if (observed.faults.length > 0) throw new Error(`${name}: ${observed.faults.join('; ')}`);
      const { latency, cpuSeconds, rssMb } = observed;
      const waits = latency === undefined ? '' : `, p50 ${latency.p50.toFixed(2)} p99 ${latency.p99.toFixed(2)} ms`;
      say(
        `${name} ${repeat}: ${Math.round(rateOf(observed))}/s${waits}, ${cpuSeconds.toFixed(2)} CPU s, ${Math.round(rssMb)} MB`,
      );
      found[name].push(observed);
    }
  }
  return found;
};

export const rateOf = ({ records, seconds }: Observed): number => records / seconds;

/** What a figure says of the side it is about. */
export const costOf = (observed: readonly Observed[]): { readonly cpuSeconds: number; readonly rssMb: number } => ({
  cpuSeconds: median(observed.map(({ cpuSeconds }) => cpuSeconds)),
  rssMb: Math.max(...observed.map(({ rssMb }) => rssMb)),
});
