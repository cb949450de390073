import { describe, expect, it } from '@jest/globals';
import { asDataFolderError } from '../src/errors.ts';
import { javaMajor } from '../src/java.ts';
import { kafkaNodes, newClusterId, nodeProperties } from '../src/kafka-config.ts';

describe('the version of Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "24-ea" 2025-03-18', 24],
    ['no java here', undefined],
  ])('is read from %j', (text, major) => {
    expect(javaMajor(text)).toBe(major);
  });
});

describe('the id of a cluster', () => {
  it('never begins with a dash, which the storage tool takes for an option', () => {
    const draws = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0x01)];
    expect(newClusterId(() => draws.shift() ?? Buffer.alloc(16))).toBe(Buffer.alloc(16, 0x01).toString('base64url'));
    expect(Buffer.alloc(16, 0xfb).toString('base64url')).toMatch(/^-/);
  });
});

describe('the properties of a cluster', () => {
  const of = (nodes: 1 | 3): readonly string[] => {
    const all = kafkaNodes({ dataDir: '/data', port: 9000, controllerPort: 9001, nodes });
    return all.map((node) => nodeProperties(node, all, `${node.dataDir}/log`));
  };

  it('keep two copies in sync where there are three nodes, and one where there is one', () => {
    expect(of(3)[0]).toContain('\nmin.insync.replicas=2\n');
    expect(of(1)[0]).toContain('\nmin.insync.replicas=1\n');
  });

  it('give each node its own id, ports and folder, and all the same voters', () => {
    const voters = of(3).map((text) => /controller\.quorum\.voters=(.*)/.exec(text)?.[1]);
    expect(new Set(voters)).toEqual(new Set(['1@127.0.0.1:9001,2@127.0.0.1:9003,3@127.0.0.1:9005']));
    expect(new Set(of(3).map((text) => /\nnode\.id=(\d)/.exec(text)?.[1])).size).toBe(3);
  });

  it('give further listeners their protocol, their address on each node and properties of their own', () => {
    const listeners = [
      { name: 'SASL', port: 9100, protocol: 'SASL_SSL', properties: { 'sasl.enabled.mechanisms': 'PLAIN' } },
    ] as const;
    const all = kafkaNodes({ dataDir: '/data', port: 9000, controllerPort: 9001, nodes: 3, listeners });
    const texts = all.map((node) => nodeProperties(node, all, `${node.dataDir}/log`));
    expect(texts.map((text) => /\nadvertised\.listeners=(.*)/.exec(text)?.[1])).toEqual([
      'BROKER://127.0.0.1:9000,SASL://127.0.0.1:9100',
      'BROKER://127.0.0.1:9002,SASL://127.0.0.1:9101',
      'BROKER://127.0.0.1:9004,SASL://127.0.0.1:9102',
    ]);
    expect(texts[0]).toContain('BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL');
    expect(texts[0]).toContain('\nlistener.name.sasl.sasl.enabled.mechanisms=PLAIN\n');
  });

  it('never make a topic by accident, nor elect a leader that lacks records', () => {
    expect(of(1)[0]).toContain('\nauto.create.topics.enable=false\n');
    expect(of(1)[0]).toContain('\nunclean.leader.election.enable=false\n');
  });
});

describe('a failed write below a data folder', () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', 'The disk of the data folder /d is full; make room or choose another with --data.'],
    ['EROFS', 'The data folder /d cannot be written; choose another with --data or correct its owner and mode.'],
    ['EACCES', 'The data folder /d cannot be written; choose another with --data or correct its owner and mode.'],
  ])('with %s is one sentence', (code, message) => {
    expect(asDataFolderError(error(code), '/d')).toMatchObject({ message });
  });

  it('of another kind stays what it was', () => {
    const other = error('EIO');
    expect(asDataFolderError(other, '/d')).toBe(other);
  });
});
