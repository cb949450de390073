import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '@millrace/embedded';
import type { Part } from '../src/part.ts';
import { programPart } from '../src/program.ts';
import { System, type SystemParts } from '../src/system.ts';
import { isAlive, standIn, temporaryFolder, until } from './fixtures.ts';

describe('a system of stand-ins', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let ports: readonly number[] = [];
  const reported: string[] = [];
  let system: System;

  const names = [
    'kafka',
    'kafka-2',
    'kafka-3',
    'registry',
    'postgres',
    'simulators',
    'gateway',
    'enricher',
    'writers',
  ] as const;
  const part = (name: (typeof names)[number], how = 'well'): Part => {
    const port = String(ports[names.indexOf(name)]);
    return programPart({
      name,
      script: standIn('part.mjs'),
      args: [port, how, join(folder.path, 'journal')],
      env: {},
      readyUrls: [`http://127.0.0.1:${port}/`],
      logFile: join(folder.path, `${name}.log`),
    });
  };
  const make = (over: Partial<SystemParts> = {}): System =>
    new System(
      {
        servers: {
          kafka: [part('kafka'), part('kafka-2'), part('kafka-3')],
          registry: part('registry'),
          postgres: part('postgres'),
        },
        simulators: part('simulators'),
        services: [part('gateway'), part('enricher'), part('writers')],
        provisionTopics: async () => '3 created',
        registerSchemas: async () => '2 registered',
        ...over,
      },
      { ready: (name) => reported.push(name) },
      { say: () => {}, onChange: () => {}, firstPauseMs: 20 },
    );
  const journal = async (): Promise<readonly string[]> => {
    const text = await readFile(join(folder.path, 'journal'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => line.replace(/^\d+/, (port) => names[ports.indexOf(Number(port))] ?? port));
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    ports = await freePorts(names.length);
    reported.length = 0;
  });
  afterEach(async () => {
    await system.close();
    await folder.remove();
  });

  it('comes up servers first, topics after Kafka, schemas after the registry, services last', async () => {
    system = make();
    await system.open(new AbortController().signal);
    expect(reported.indexOf('topics')).toBeGreaterThan(reported.indexOf('kafka'));
    expect(reported.indexOf('topics')).toBeGreaterThan(reported.indexOf('kafka-3'));
    expect(reported.indexOf('schemas')).toBeGreaterThan(reported.indexOf('registry'));
    expect(new Set(reported.slice(-3))).toEqual(new Set(['gateway', 'enricher', 'writers']));
  });

  it('goes down door first, then the other services, then the simulators, servers last', async () => {
    system = make();
    await system.open(new AbortController().signal);
    await system.close();
    const down = (await journal()).filter((line) => line.endsWith('down')).map((line) => line.split(' ')[0]);
    expect(down[0]).toBe('gateway');
    expect(new Set(down.slice(1, 3))).toEqual(new Set(['enricher', 'writers']));
    expect(down[3]).toBe('simulators');
    expect(new Set(down.slice(4))).toEqual(new Set(['kafka', 'kafka-2', 'kafka-3', 'registry', 'postgres']));
  });

  it.each(['kafka', 'kafka-3', 'registry', 'postgres', 'simulators', 'gateway', 'writers'])(
    'starts %s again when it is killed, and leaves the others alone',
    async (name) => {
      system = make();
      await system.open(new AbortController().signal);
      const before = new Map(names.map((one) => [one, system.pidOf(one)]));
      process.kill(system.pidOf(name), 'SIGKILL');
      await until('the restart', () => system.pidOf(name) !== before.get(name as 'kafka'));
      expect(names.filter((one) => system.pidOf(one) !== before.get(one))).toEqual([name]);
    },
  );

  it('gives up when one service cannot start, and closing leaves nothing', async () => {
    system = make({ services: [part('gateway'), part('enricher', 'fails')] });
    await expect(system.open(new AbortController().signal)).rejects.toThrow('the moon is in the wrong house');
    const pids = ['kafka', 'kafka-2', 'kafka-3', 'registry', 'postgres', 'simulators', 'gateway'].map((name) =>
      system.pidOf(name),
    );
    await system.close();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('gives up at once when it is told to stop while it is coming up', async () => {
    const controller = new AbortController();
    system = make({
      registerSchemas: async () => {
        controller.abort(new Error('SIGTERM'));
        return 'none';
      },
    });
    await expect(system.open(controller.signal)).rejects.toThrow();
    await system.close();
    expect(reported).not.toContain('gateway');
  });
});
