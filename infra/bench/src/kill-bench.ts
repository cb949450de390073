import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defaultPipelineSettings } from '@millrace/messaging';
import { type Cluster, startCluster } from './cluster.ts';
import { type Driver, drivers } from './drivers.ts';
import { atMost, type Bench, type BenchContext, type Figure } from './figure.ts';
import type { KilledPlan } from './killed-process.ts';
import { usageOfProcess } from './process-tree.ts';
import { fillStage } from './stage-bench.ts';

const handlerMs = 200;
const inFlight = 1_000;
const patienceMs = 120_000;
/** Records finish in one commit interval: the count and the clock both start a commit. */
const perCommit = defaultPipelineSettings.commitRecords;
const restartBoundSeconds = 2;

/** What a kill -9 half way costs: handlers that start a second time, and the silence until the restarted process works. */
export const killBench: Bench = {
  name: 'kill',
  summary: `kill -9 half way through, ${handlerMs} ms handlers, ${inFlight} in flight: what runs twice, how long nothing runs`,
  run: async (context) => {
    await using cluster = await startCluster(context);
    const records = Math.ceil(30_000 * context.scale);
    const from = 'bench.kill';
    await fillStage(cluster, from, records);
    const figures: Figure[] = [];
    for (const driver of drivers) {
      const runs: Killed[] = [];
      for (let repeat = 1; repeat <= context.repeats; repeat += 1) {
        context.signal.throwIfAborted();
        const killed = await kill(context, cluster, { driver, from, records, group: `bench.kill.${driver}.${repeat}` });
        context.say(
          `${driver} ${repeat}: ${killed.twice} of ${records} handlers started twice, back after ${killed.backSeconds.toFixed(2)} s`,
        );
        runs.push(killed);
      }
      figures.push(...figuresOf(driver, runs));
    }
    return figures;
  },
};

interface Killed {
  readonly twice: number;
  /** From the start of the second process, its own loading included, to its first handler. */
  readonly backSeconds: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

interface Attempt {
  readonly driver: Driver;
  readonly group: string;
  readonly from: string;
  readonly records: number;
}

const kill = async (context: BenchContext, cluster: Cluster, attempt: Attempt): Promise<Killed> => {
  const { driver, group, from, records } = attempt;
  await cluster.createGroup(group);
  const plan: KilledPlan = {
    ...{ servers: cluster.servers, driver, group, from, handlerMs, inFlight },
    instanceId: `${group}-0`,
  };
  const started = new Set<string>();
  await using one = startMember(context, plan, (record) => started.add(record));
  await one.until(() => started.size >= records / 2);
  await one.kill();
  let twice = 0;
  const since = performance.now();
  let backSeconds = 0;
  await using two = startMember(context, plan, (record) => {
    if (backSeconds === 0) backSeconds = (performance.now() - since) / 1_000;
    if (started.has(record)) twice += 1;
    started.add(record);
  });
  await two.until(() => started.size === records);
  const { cpuSeconds, rssMb } = await usageOfProcess(two.pid);
  return { twice, backSeconds, cpuSeconds, rssMb };
};

interface Member extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it is so, looked at after every line; rejects when the process ends or hangs before. */
  until(isSo: () => boolean): Promise<void>;
  kill(): Promise<void>;
}

const startMember = (context: BenchContext, plan: KilledPlan, onStarted: (record: string) => void): Member => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-process.ts'), JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: context.signal,
    killSignal: 'SIGKILL',
  });
  child.on('error', () => undefined); // by the signal; its end says it too
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let look = (): void => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    onStarted(line);
    look();
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await over; // what it had said is read
  };
  return {
    pid: child.pid ?? 0,
    until: async (isSo) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      look = () => (isSo() ? resolve() : undefined);
      const late = setTimeout(() => reject(new Error(`not there after ${patienceMs / 1_000} s`)), patienceMs);
      child.once('exit', (code, by) => reject(new Error(`the member ended with ${code ?? by}`)));
      look();
      await promise.finally(() => clearTimeout(late));
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
};

const figuresOf = (driver: Driver, runs: readonly Killed[]): readonly Figure[] => {
  const cost = {
    cpuSeconds: Math.max(...runs.map(({ cpuSeconds }) => cpuSeconds)),
    rssMb: Math.max(...runs.map(({ rssMb }) => rssMb)),
  };
  return [
    // What was in flight is the floor: nobody knows of it whether it was done.
    atMost(inFlight + perCommit, {
      name: `kill.${driver}.twice`,
      unit: 'handlers',
      runs: runs.map(({ twice }) => twice),
      limit: inFlight,
      ...cost,
    }),
    atMost(restartBoundSeconds, {
      name: `kill.${driver}.restart`,
      unit: 's',
      runs: runs.map(({ backSeconds }) => backSeconds),
      limit: restartBoundSeconds,
      ...cost,
    }),
  ];
};
