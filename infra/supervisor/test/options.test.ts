import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadServices } from '@millrace/system/services';
import { kafkaNodes, portOf, portOwners, portsFrom } from '../src/layout.ts';
import { parseOptions } from '../src/options.ts';

const parse = (...args: readonly string[]) => parseOptions(args, { root: '/clone', from: '/here' });

describe('the options of npm start', () => {
  it('have defaults below the clone', () => {
    expect(parse()).toEqual({
      dataDir: '/clone/.millrace',
      portBase: 8080,
      flows: '/clone/infra/flows',
      samples: true,
      kafkaNodes: 1,
      json: false,
    });
  });

  it('take paths relative to where the command was typed', () => {
    const typed = [
      '--data',
      'd',
      '--flows',
      '/f',
      '--port-base',
      '18080',
      '--kafka-nodes',
      '3',
      '--no-samples',
      '--json',
    ];
    expect(parse(...typed)).toEqual({
      dataDir: '/here/d',
      portBase: 18_080,
      flows: '/f',
      samples: false,
      kafkaNodes: 3,
      json: true,
    });
  });

  it.each(['80', '65500', 'many', '8080.5'])('refuse %s as a port base in one sentence', (base) => {
    expect(() => parse('--port-base', base)).toThrow(
      `--port-base is a number from 1024 to 65435, not ${JSON.stringify(base)}.`,
    );
  });

  it('refuse a number of Kafka nodes that is no cluster', () => {
    expect(() => parse('--kafka-nodes', '2')).toThrow('--kafka-nodes is 1 or 3, not "2".');
  });

  it('refuse what they do not know and say what there is', () => {
    expect(() => parse('--dta', 'x')).toThrow(/^Unknown option '--dta'; it takes npm start -- \[--data DIR\] .*\.$/);
  });
});

const declared = await loadServices(join(import.meta.dirname, '../../..'));

describe('the ports', () => {
  it('are all different, and where the outside contract says', () => {
    const ports = portsFrom(8080, declared);
    const numbers = portOwners(ports).map(([, port]) => port);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(ports.services).toStrictEqual({
      'ingest-gateway': 8080,
      'ingest-gateway.adminPort': 8085,
      'dlq-replayer': 8081,
      enricher: 8082,
      classifier: 8083,
      'sink-writers': 8084,
    });
    expect(portOf(ports, 'ingest-gateway', 'adminPort')).toBe(8085);
    expect(ports).toMatchObject({
      registry: 8090,
      postgres: 8091,
      kafka: 8092,
      kafkaController: 8093,
      simulators: { zendesk: 8100, slack: 8101, http: 8102 },
    });
  });

  it('of three Kafka nodes clash with nothing, and the first has those of the only one', () => {
    const ports = portsFrom(8080, declared);
    const numbers = portOwners(ports, 3).map(([, port]) => port);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(kafkaNodes(ports, 3)).toEqual([
      { name: 'kafka', port: 8092, controllerPort: 8093 },
      { name: 'kafka-2', port: 8094, controllerPort: 8095 },
      { name: 'kafka-3', port: 8096, controllerPort: 8097 },
    ]);
    expect(kafkaNodes(ports, 1)).toEqual(kafkaNodes(ports, 3).slice(0, 1));
  });
});
