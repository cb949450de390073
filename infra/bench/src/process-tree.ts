import { readdir, readFile } from 'node:fs/promises';

export interface TreeUsage {
  readonly processes: number;
  /** Proportional: memory that processes share is counted once. */
  readonly pssMb: number;
  readonly cpuSeconds: number;
}

const ticksPerSecond = 100; // USER_HZ, the same on every Linux

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly cpuSeconds: number;
}

const factsOf = async (pid: number): Promise<ProcessFacts | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return undefined;
  return { pid, parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
};

const pageBytes = 4_096; // the same on every Linux we run on
const megabyte = 1_048_576;

/** One process: the CPU of all its threads so far, what it holds in memory now. Rejects when it is gone. Linux only. */
export const usageOfProcess = async (pid: number): Promise<{ readonly cpuSeconds: number; readonly rssMb: number }> => {
  const [facts, statm] = await Promise.all([factsOf(pid), readFile(`/proc/${pid}/statm`, 'utf8')]);
  if (facts === undefined) throw new Error(`process ${pid} is gone`);
  return { cpuSeconds: facts.cpuSeconds, rssMb: (Number(statm.split(' ')[1]) * pageBytes) / megabyte };
};

const pssMb = async (pid: number): Promise<number> => {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024;
};

/** What a process and everything it started use now. Linux only. */
export const usageOfTree = async (root: number): Promise<TreeUsage> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(factsOf))).filter((facts) => facts !== undefined);
  const tree = new Set([root]);
  for (let grown = true; grown; ) {
    const before = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
    grown = tree.size > before;
  }
  const members = all.filter(({ pid }) => tree.has(pid));
  const memory = await Promise.all(members.map(({ pid }) => pssMb(pid)));
  return {
    processes: members.length,
    pssMb: memory.reduce((sum, one) => sum + one, 0),
    cpuSeconds: members.reduce((sum, one) => sum + one.cpuSeconds, 0),
  };
};
