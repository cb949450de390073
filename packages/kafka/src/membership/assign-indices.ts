/** A member as the assignment sees it. */
export interface IndexClaimant {
  readonly id: string;
  /** The indices it had before this join. */
  readonly owned: readonly number[];
}

/**
 * Gives every index 0..count-1 to exactly one member, as evenly as whole numbers allow, and leaves an index with the
 * member that had it as far as evenness permits. Depends on nothing but its arguments, not even on their order.
 */
export function assignIndices(
  count: number,
  claimants: readonly IndexClaimant[],
): ReadonlyMap<string, readonly number[]> {
  const members = claimants.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const assigned = new Map<string, number[]>(members.map(({ id }) => [id, []]));
  if (members.length === 0) return assigned;
  const least = Math.floor(count / members.length);
  let larger = count % members.length;
  const taken = new Set<number>();
  // Who had more keeps more: those places are given out in the order of what was owned.
  const byOwned = members.toSorted((a, b) => valid(b.owned, count).length - valid(a.owned, count).length);
  const quotas = new Map<string, number>();
  for (const { id } of byOwned) quotas.set(id, least + (larger-- > 0 ? 1 : 0));
  for (const { id, owned } of byOwned) {
    const mine = assigned.get(id) as number[];
    for (const index of valid(owned, count)) {
      if (mine.length >= (quotas.get(id) as number)) break;
      if (taken.has(index)) continue;
      taken.add(index);
      mine.push(index);
    }
  }
  let next = 0;
  for (const { id } of byOwned) {
    const mine = assigned.get(id) as number[];
    while (mine.length < (quotas.get(id) as number)) {
      while (taken.has(next)) next++;
      taken.add(next);
      mine.push(next);
    }
    mine.sort((a, b) => a - b);
  }
  return assigned;
}

const valid = (owned: readonly number[], count: number): readonly number[] =>
  owned.filter((index) => Number.isInteger(index) && index >= 0 && index < count);
