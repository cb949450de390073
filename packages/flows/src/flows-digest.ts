import { createHash } from 'node:crypto';
import type { Flows } from './flows.ts';

/** Version of the flows: the same for two sets of files that say the same, wherever they lie and however they are written. */
export function flowsDigest({ sources, flows }: Pick<Flows, 'sources' | 'flows'>): string {
  return createHash('sha256').update(canonical({ sources, flows })).digest('hex').slice(0, 16);
}

/** What one part of them says, to be compared. */
export const versionOf = (said: unknown): string => createHash('sha256').update(canonical(said)).digest('hex');

/** JSON with the fields of each object in the order of their names. */
const canonical = (said: unknown): string =>
  JSON.stringify(said, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
