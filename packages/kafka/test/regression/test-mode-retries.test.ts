import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import production from 'kafkajs/src/retry/defaults.js';
import testing from 'kafkajs/src/retry/defaults.test.js';
import { retryLittle, retryOften } from '../../src/kafkajs/client.ts';

const folder = join(import.meta.dirname, '../../src/kafkajs');
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

// P5: with NODE_ENV=test, which Jest sets, other tries and other pauses were taken in place of whatever was not given:
// what was tested was not what ran.
describe('what the client would fill in by NODE_ENV', () => {
  it.each(Object.entries({ retryOften, retryLittle }))('is given in %s, down to the last field', (_, given) => {
    const fields = new Set([...Object.keys(production), ...Object.keys(testing)]);
    expect([...fields].filter((field) => given[field as keyof typeof given] === undefined)).toEqual([]);
  });

  it('is given wherever a client of its own is made', () => {
    const calls = sources.flatMap((text) => [
      ...text.matchAll(/(?:\.kafka\.(?:admin|consumer|producer)|new Cluster|new kafkajs\.Kafka)\(\{[^;]*?\}\);/gs),
    ]);
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.map(([call]) => call).filter((call) => !/\bretry\b/.test(call))).toEqual([]);
  });
});
