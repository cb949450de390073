import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { prepareKafka, startKafka } from '../src/kafka.ts';
import { readClusterMetadata } from '../src/kafka-probe.ts';
import type { StartingPart } from '../src/part.ts';
import { freePortRun, freePorts } from '../src/ports.ts';
import { testCluster } from '../src/testing.ts';

describe('an embedded Kafka', () => {
  let folder = '';
  let options: { readonly dataDir: string; readonly port: number; readonly controllerPort: number };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    options = { dataDir: join(folder, 'kafka'), port, controllerPort };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the same cluster after a kill', async () => {
    const first = await startKafka(options);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await startKafka(options);
    expect(second.clusterId).toBe(first.clusterId);
    expect((await readClusterMetadata('127.0.0.1', options.port)).clusterId).toBe(first.clusterId);
    await second.stop();
    await expect(readClusterMetadata('127.0.0.1', options.port)).rejects.toThrow();
  });

  it('says in one sentence that its port is taken, by whatever, and starts nothing', async () => {
    const server = createServer().listen(options.controllerPort, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(startKafka(options)).rejects.toMatchObject({
      code: 'X_EMBEDDED_PORT_TAKEN',
      message: `Port ${options.controllerPort}, which Kafka's controller needs, is taken by another process; stop it or choose other ports with --port-base.`,
    });
    server.close();
    expect(existsSync(options.dataDir)).toBe(false);
  });

  it('says in one sentence that its data folder is of another version', async () => {
    const kafka = await startKafka(options);
    await kafka.stop();
    const marker = join(options.dataDir, 'millrace-kafka.json');
    const found = JSON.parse(await readFile(marker, 'utf8')) as object;
    await writeFile(marker, JSON.stringify({ ...found, version: '3.9.1' }));
    await expect(startKafka(options)).rejects.toMatchObject({
      code: 'X_EMBEDDED_DATA_VERSION',
      message: `The data folder ${options.dataDir} belongs to Kafka 3.9.1 with 1 node(s), this is Kafka 4.3.0 with 1; choose another with --data, or keep that one for the older Millrace.`,
    });
  });

  it('leaves no process and nothing half-written when it is given up while it comes up', async () => {
    const controller = new AbortController();
    const start = startKafka({
      ...options,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stop')),
    });
    await expect(start).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('tells which cluster answers on a port, so that a stranger never passes for ours', async () => {
    const port = Number(testCluster().kafkaBrokers[0]?.split(':')[1]);
    const { clusterId, brokerIds } = await readClusterMetadata('127.0.0.1', port);
    expect(clusterId).toMatch(/^[\w-]{22}$/);
    expect(brokerIds).toEqual([1]);
  });

  it('forms one cluster of three nodes', async () => {
    const base = await freePortRun(6);
    const kafka = await startKafka({ ...options, port: base, controllerPort: base + 1, nodes: 3 });
    expect(kafka.brokers).toHaveLength(3);
    expect((await readClusterMetadata('127.0.0.1', base + 4)).brokerIds.toSorted()).toEqual([1, 2, 3]);
    await kafka.stop();
  });

  it('starts one node of three again by itself, into the same cluster, while the others go on', async () => {
    const base = await freePortRun(6);
    const cluster = await prepareKafka({ ...options, port: base, controllerPort: base + 1, nodes: 3 });
    const running = await Promise.all(cluster.nodes.map((node) => node.start()));
    const [, second] = running;
    try {
      await Promise.all(running.map(({ ready }) => ready));
      process.kill(second?.pid ?? 0, 'SIGKILL');
      await second?.exited;
      const again = await cluster.nodes[1]?.start();
      running.push(again as StartingPart);
      await again?.ready;
      const { clusterId, brokerIds } = await readClusterMetadata('127.0.0.1', base + 2);
      expect(clusterId).toBe(cluster.clusterId);
      expect(brokerIds).toContain(2);
      expect(running.map(({ isAlive }) => isAlive())).toEqual([true, false, true, true]);
    } finally {
      await Promise.all(running.map((node) => node.stop()));
    }
  });
});
