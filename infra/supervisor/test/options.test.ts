import { describe, expect, it } from '@jest/globals';
import { portOwners, portsFrom } from '../src/layout.ts';
import { parseOptions } from '../src/options.ts';

const parse = (...args: readonly string[]) => parseOptions(args, { root: '/clone', from: '/here' });

describe('the options of npm start', () => {
  it('have defaults below the clone', () => {
    expect(parse()).toEqual({
      dataDir: '/clone/.millrace',
      portBase: 8080,
      flows: '/clone/infra/flows',
      samples: true,
      json: false,
    });
  });

  it('take paths relative to where the command was typed', () => {
    expect(parse('--data', 'd', '--flows', '/f', '--port-base', '18080', '--no-samples', '--json')).toEqual({
      dataDir: '/here/d',
      portBase: 18_080,
      flows: '/f',
      samples: false,
      json: true,
    });
  });

  it.each(['80', '65500', 'many', '8080.5'])('refuse %s as a port base in one sentence', (base) => {
    expect(() => parse('--port-base', base)).toThrow(
      `--port-base is a number from 1024 to 65435, not ${JSON.stringify(base)}.`,
    );
  });

  it('refuse what they do not know and say what there is', () => {
    expect(() => parse('--dta', 'x')).toThrow(/^Unknown option '--dta'; it takes npm start -- \[--data DIR\] .*\.$/);
  });
});

describe('the ports', () => {
  it('are all different, and where the outside contract says', () => {
    const ports = portsFrom(8080);
    const numbers = portOwners(ports).map(([, port]) => port);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(new Set(numbers)).toEqual(new Set(Object.values(ports)));
    expect(ports).toMatchObject({
      gateway: 8080,
      dlqReplayer: 8081,
      enricher: 8082,
      classifier: 8083,
      sinkWriters: 8084,
      gatewayAdmin: 8085,
    });
    expect(ports).toMatchObject({
      registry: 8090,
      postgres: 8091,
      kafka: 8092,
      kafkaController: 8093,
      zendesk: 8100,
      slack: 8101,
      http: 8102,
    });
  });
});
