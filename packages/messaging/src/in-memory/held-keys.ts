import type { RecordPosition } from '../broker.ts';
import type { HeldKey, HeldKeys, LineHead } from '../stores.ts';

interface Member {
  readonly member: string;
  readonly partition: number;
  readonly at: number;
  failed: boolean;
  isSettled: boolean;
}

interface Line {
  readonly group: string;
  readonly key: Buffer;
  readonly hold: string;
  readonly since: RecordPosition;
  readonly members: Member[];
}

/** The store of held keys in memory: for tests, and for a process whose order may end with it. */
export function createInMemoryHeldKeys(): HeldKeys {
  const lines = new Map<string, Line>();
  const owners = new Map<string, string>();
  const ownerKey = (group: string, partition: number): string => JSON.stringify([group, partition]);
  const lineKey = (group: string, key: Buffer): string => JSON.stringify([group, key.toString('latin1')]);
  const firstOf = (line: Line): LineHead | null => {
    const first = line.members.find(({ isSettled }) => !isSettled);
    return first === undefined ? null : { member: first.member, failed: first.failed };
  };

  const heldKey = (line: Line): HeldKey => ({ key: line.key, first: firstOf(line) as LineHead, since: line.since });

  return {
    async take({ group, partitions, token }, limit) {
      for (const partition of partitions) owners.set(ownerKey(group, partition), token);
      const all = [...lines.values()].filter((line) => line.group === group);
      const isOwn = ({ members }: Line): boolean =>
        members.some(({ isSettled, partition }) => !isSettled && partitions.includes(partition));
      return {
        own: all.filter(isOwn).slice(0, limit).map(heldKey),
        elsewhere: all.filter((line) => !isOwn(line)).map(heldKey),
      };
    },
    async hold({ group, partition, token, key, member, failed, origin }) {
      if (owners.get(ownerKey(group, partition)) !== token) return null;
      const name = lineKey(group, key);
      const line = lines.get(name) ?? { group, key, hold: member, since: origin, members: [] };
      const known = line.members.find((one) => one.member === member);
      if (known?.isSettled === true) return 'settled';
      if (known !== undefined) {
        known.failed ||= failed;
        return { hold: line.hold, at: known.at, first: firstOf(line) as LineHead };
      }
      const at = line.members.length;
      line.members.push({ member, partition, at, failed, isSettled: false });
      lines.set(name, line);
      return { hold: line.hold, at, first: firstOf(line) as LineHead };
    },
    async settle({ group, partition, token }, member) {
      if (owners.get(ownerKey(group, partition)) !== token) return null;
      for (const [name, line] of lines) {
        const known = line.group === group ? line.members.find((one) => one.member === member) : undefined;
        if (known === undefined) continue;
        known.isSettled = true;
        const first = firstOf(line);
        if (first === null) lines.delete(name);
        return { key: line.key, first };
      }
      return { key: null, first: null };
    },
  };
}
