import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeaderPair } from '../../src/broker.ts';
import { entryBytes } from '../../src/runtime/partition-state.ts';

const bytes = fc.uint8Array({ maxLength: 5_000 }).map((content) => Buffer.from(content));
const text: fc.Arbitrary<Buffer | null> = fc.option(bytes);
const headers: fc.Arbitrary<HeaderPair[]> = fc.array(fc.tuple(fc.string(), text));

describe('what a record counts for in memory', () => {
  it('is no less than its key, its value and its headers', () => {
    fc.assert(
      fc.property(text, text, headers, (key, value, pairs) => {
        const record = { topic: 't', partition: 0, offset: 0, timestamp: 0, key, value, headers: pairs };
        const held = pairs.reduce((sum, [name, text]) => sum + name.length + (text?.length ?? 0), 0);
        expect(entryBytes(record)).toBeGreaterThanOrEqual((key?.length ?? 0) + (value?.length ?? 0) + held);
      }),
    );
  });
});
