import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { groupTopics, topics } from '@millrace/contracts';
import { testCluster, testNamespace } from '@millrace/embedded/testing';
import { createInMemorySerde, identityHeaders } from '@millrace/messaging';
import { noteTopic } from '@millrace/messaging/testing';
import type { DriverName, KafkaBroker } from '../../src/index.ts';
import type { Effect, ProcessPlan } from './process-plan.ts';

const space = testNamespace();
const partitions = 4;
let made = 0;

/** A group with its topics, and so many records of a key each in them. */
export async function aBacklog(broker: KafkaBroker, driver: DriverName, records: number): Promise<ProcessPlan> {
  made += 1;
  const group = `${space}-process.${made}`;
  const [topic, output] = [`${group}.notes`, `${group}.results`];
  const { retry, dlq, lane } = groupTopics(group);
  const spec = (name: string, count: number) => ({ name, partitions: count, replicationFactor: 1, config: {} });
  await broker.admin.createTopics([
    ...[topic, output, ...Object.values(retry), dlq, lane].map((name) => spec(name, partitions)),
    ...[topics.opsPipelines.name, topics.opsReplayAck.name].map((name) => spec(name, 1)),
  ]);
  const input = noteTopic(topic, partitions);
  const serde = createInMemorySerde();
  const producer = await broker.createProducer();
  const sends = Array.from({ length: records }, (_, number) => {
    const id = `${group}-${number}`;
    return producer.send({
      topic,
      key: Buffer.from(id),
      value: serde.encode(input, { text: '', number }),
      headers: identityHeaders({
        ...{ id, source: 'test', type: topic, time: new Date().toISOString(), correlationid: id },
        ...{ causationid: null, generation: 0, traceparent: null },
      }),
    });
  });
  await Promise.all(sends);
  await producer.close();
  return {
    ...{ name: 'one', driver, brokers: testCluster().kafkaBrokers, group, topic, output, partitions },
    ...{ instanceId: 'process-0', sessionTimeoutMs: 30_000, heartbeatMarginMs: 5_000, witness: null, killer: null },
    ...{ handlerMs: 50, maxInFlight: 100, highWaterRecords: 2_000, commitIntervalMs: 200 },
  };
}

/** One thing that a process said, with the machine's monotonic milliseconds at which it happened. */
export interface Happening {
  readonly kind: 'assigned' | 'started';
  readonly at: number;
  /** Partitions of an assignment; the record that was started. */
  readonly numbers: readonly number[];
}

export interface GroupProcess {
  readonly child: ChildProcess;
  /** In the order it was said. */
  readonly happenings: readonly Happening[];
  /** The records whose handlers it started, in order. */
  readonly started: readonly number[];
  assignments(): readonly (readonly number[])[];
  /** From its joining, once Node has loaded it, to its first handler. */
  readonly firstHandlerMs: Promise<number>;
  /** Exit code and signal. */
  readonly ended: Promise<readonly unknown[]>;
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<readonly unknown[]>;
}

const children = new Set<ChildProcess>();

/** Ends whatever the test left, frozen or not. */
export function endProcesses(): void {
  for (const child of children) child.kill('SIGKILL');
}

export function startProcess(plan: ProcessPlan): GroupProcess {
  let joining = 0;
  // Little, so that whoever takes all of it is done soon. What the runtime says of its end is not the test's.
  const limits = plan.killer?.by === 'memory' ? ['--max-old-space-size=96'] : [];
  const main = join(import.meta.dirname, 'pipeline-process.ts');
  const child = spawn(process.execPath, [...limits, main, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', plan.killer === null ? 'inherit' : 'ignore'],
  });
  children.add(child);
  const ended = once(child, 'exit');
  child.once('exit', () => children.delete(child));
  const happenings: Happening[] = [];
  const started: number[] = [];
  const first = Promise.withResolvers<number>();
  const heard = (line: string): void => {
    const [kind, at, ...rest] = line.split(' ');
    if (kind === 'joining') joining = performance.now();
    if (kind !== 'assigned' && kind !== 'started') return;
    const numbers = (rest[0] ?? '').split(',').filter(Boolean).map(Number);
    happenings.push({ kind, at: Number(at), numbers });
    if (kind === 'started' && started.push(...numbers) === 1) first.resolve(performance.now() - joining);
  };
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (said: string) => {
    const lines = (rest + said).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(heard);
  });
  return {
    ...{ child, happenings, started, firstHandlerMs: first.promise, ended },
    assignments: () => happenings.filter(({ kind }) => kind === 'assigned').map(({ numbers }) => numbers),
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Outside of every process of the group: notes each effect as it arrives. */
export async function aWitness(): Promise<{ readonly url: string; readonly effects: Effect[]; close(): void }> {
  const effects: Effect[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      effects.push(JSON.parse(body) as Effect);
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    effects,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
