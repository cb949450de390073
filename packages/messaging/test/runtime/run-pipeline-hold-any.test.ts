import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { turns } from '../../src/testing/index.ts';
import { aKeeper, type Keeper, never } from './keeper.ts';

type Step =
  | { readonly do: 'publish'; readonly key: number; readonly isBroken: boolean }
  | { readonly do: 'mend' | 'redrive' | 'crash' | 'rebalance' }
  | { readonly do: 'advance'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('publish'), key: fc.nat(2), isBroken: fc.nat(4).map((one) => one === 0) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('redrive', 'redrive', 'mend', 'crash', 'rebalance') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1_000, 1_000, 61_000) }) },
) as fc.Arbitrary<Step>;

/** As the replayer does: of each key the first open dead letter, or all that follow it when it was only held. */
async function redriveDue(k: Keeper): Promise<void> {
  const settled = k.settled();
  const newest = new Map(k.dead().map((one) => [one.name, one]));
  const open = [...newest.values()].filter(({ id }) => !settled.has(id ?? ''));
  for (const line of Map.groupBy(open, ({ name }) => name.charAt(0)).values()) {
    const inOrder = line.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
    const first = inOrder[0];
    const due =
      first?.code === 'X_KEY_HELD' ? inOrder.filter(({ code }) => code === 'X_KEY_HELD') : inOrder.slice(0, 1);
    await k.replay(due.map(({ name }) => name));
  }
  await turns(4);
}

describe('a held key, whatever happens in whatever order', () => {
  it('gives up no record, and applies those of a key in their order, each for the first time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const k = aKeeper();
        const published = new Map<string, string[]>();
        let process = await k.start('hold-key');
        for (const one of steps) {
          if (one.do === 'publish') {
            const key = 'abc'.charAt(one.key);
            const names = published.get(key) ?? [];
            const name = `${key}${names.length}`;
            published.set(key, [...names, name]);
            if (one.isBroken) k.broken.set(name, never);
            await k.publish(name);
            await turns(2);
          } else if (one.do === 'mend') k.broken.clear();
          else if (one.do === 'redrive') await redriveDue(k);
          else if (one.do === 'rebalance') await process.broker.rebalance('keeper.notes');
          else if (one.do === 'advance') await k.passes(one.ms, one.ms);
          else {
            await process.crash();
            process = await k.start('hold-key');
          }
        }
        k.broken.clear();
        const isDone = () => [...published.values()].flat().every((name) => k.applied.includes(name));
        for (let round = 0; round < 200 && !isDone(); round += 1) {
          await redriveDue(k);
          await k.passes(1_000, 1_000);
        }
        for (const [key, names] of published) {
          const ofKey = k.applied.filter((name) => name.startsWith(key));
          expect([...new Set(ofKey)]).toEqual(names);
        }
        await k.rig.close();
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
