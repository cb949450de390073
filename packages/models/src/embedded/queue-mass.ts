import { type PackManifest, queueOf } from './manifest.ts';

export interface LabelMass {
  readonly label: string;
  readonly probability: number;
}

/** A queue is as probable as its intents together; most probable first, never empty. */
export function queueMass(
  probabilities: Float64Array,
  naming: Pick<PackManifest, 'intents' | 'queues'>,
): readonly [LabelMass, ...LabelMass[]] {
  const mass = new Map<string, number>();
  for (const [at, intent] of naming.intents.entries()) {
    const label = queueOf(naming, intent);
    mass.set(label, (mass.get(label) ?? 0) + (probabilities[at] ?? 0));
  }
  const [first, ...rest] = [...mass]
    .map(([label, probability]) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability || (a.label < b.label ? -1 : 1));
  if (first === undefined) throw new RangeError('a pack has at least two intents');
  return [first, ...rest];
}
