/**
 * What a leader made an assignment from: the topics of the group and how many partitions each had. It travels with every
 * assignment, because a static member that restarts is handed the one it had before, whatever it subscribes to now.
 */
export type AssignmentBasis = Readonly<Record<string, number>>;

export const encodeBasis = (basis: AssignmentBasis): Buffer => Buffer.from(JSON.stringify(basis));

/** Null when nothing is said: another client's leader, or one of an earlier version. */
export function decodeBasis(data: Buffer | null | undefined): AssignmentBasis | null {
  if (data == null || data.length === 0) return null;
  try {
    const basis: unknown = JSON.parse(data.toString());
    return typeof basis === 'object' && basis !== null ? (basis as AssignmentBasis) : null;
  } catch {
    return null;
  }
}

/** True when a topic that is read has partitions that the leader did not know of, so that nobody was given them. */
export function isOutgrown(
  basis: AssignmentBasis,
  topics: readonly string[],
  partitionsOf: (topic: string) => number,
): boolean {
  return topics.some((topic) => (basis[topic] ?? 0) < partitionsOf(topic));
}
