import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { HeldKeys, HeldLetter, LineOwner } from '@millrace/messaging';
import { law } from './harness.ts';

export interface HeldKeysHarness {
  readonly store: HeldKeys;
  /** The same store as another process sees it. */
  readonly other: HeldKeys;
  dispose(): Promise<unknown>;
}

/** The laws of the store of held keys: what an order through failures stands on. */
export function heldKeysLaws(name: string, make: () => Promise<HeldKeysHarness>): void {
  describe(`held keys laws: ${name}`, () => {
    let harness: HeldKeysHarness;
    let made = 0;
    const fresh = (kind: string): string => {
      made += 1;
      return `${kind}${made}`;
    };
    beforeAll(async () => {
      harness = await make();
    }, 60_000);
    afterAll(() => harness?.dispose());

    const owned = async (store = harness.store, group = fresh('g')): Promise<LineOwner> => {
      const owner = { group, partition: 1, token: fresh('t') };
      await store.take({ group, partitions: [1, 2], token: owner.token }, 100);
      return owner;
    };
    const take = (group: string, partitions: readonly number[], store = harness.store) =>
      store.take({ group, partitions, token: fresh('t') }, 100);
    const held = async (group: string, partitions: readonly number[] = [1, 2], store = harness.store) =>
      (await take(group, partitions, store)).own;
    const originOf = (member: string) => ({ topic: 't', partition: 1, offset: member.charCodeAt(0) });
    const letter = (owner: LineOwner, member: string, failed = false, key = 'k'): HeldLetter => ({
      ...{ ...owner, member, failed, key: Buffer.from(key), origin: originOf(member) },
    });

    const a = { member: 'a', failed: true };
    const x = { member: 'x', failed: true };

    law('stands records of one key in the order in which they came, whatever happens to other keys', async () => {
      const owner = await owned();
      const { store } = harness;
      expect(await store.hold(letter(owner, 'a', true))).toEqual({ hold: 'a', at: 0, first: a });
      expect(await store.hold(letter(owner, 'x', true, 'other'))).toEqual({ hold: 'x', at: 0, first: x });
      expect(await store.hold(letter(owner, 'b'))).toEqual({ hold: 'a', at: 1, first: a });
      expect(await store.hold(letter(owner, 'c'))).toEqual({ hold: 'a', at: 2, first: a });
    });

    law('keeps the place of a record that is held again, and notes that it failed', async () => {
      const owner = await owned();
      const { store } = harness;
      await store.hold(letter(owner, 'a', true));
      await store.hold(letter(owner, 'b'));
      expect(await store.hold(letter(owner, 'b', true))).toEqual({ hold: 'a', at: 1, first: a });
      expect(await store.hold(letter(owner, 'b'))).toEqual({ hold: 'a', at: 1, first: a });
      expect(await store.settle(owner, 'a')).toEqual({ key: Buffer.from('k'), first: { member: 'b', failed: true } });
    });

    law('says who is first after each that is settled, and frees the key with the last', async () => {
      const owner = await owned();
      const { store } = harness;
      for (const member of ['a', 'b', 'c']) await store.hold(letter(owner, member, member === 'a'));
      const key = Buffer.from('k');
      expect(await store.settle(owner, 'b')).toEqual({ key, first: { member: 'a', failed: true } });
      expect(await store.settle(owner, 'a')).toEqual({ key, first: { member: 'c', failed: false } });
      expect(await store.hold(letter(owner, 'a'))).toBe('settled');
      expect(await store.settle(owner, 'c')).toEqual({ key, first: null });
      expect(await held(owner.group)).toEqual([]);
      expect(await store.settle(await owned(store, owner.group), 'nobody')).toEqual({ key: null, first: null });
    });

    law('begins a new line for a key whose line was over', async () => {
      const owner = await owned();
      const { store } = harness;
      await store.hold(letter(owner, 'a', true));
      await store.settle(owner, 'a');
      expect(await store.hold(letter(owner, 'b', true))).toEqual({
        hold: 'b',
        at: 0,
        first: { member: 'b', failed: true },
      });
    });

    law('tells a new owner the held keys of its partitions, each with its first, and no others', async () => {
      const owner = await owned();
      const { store, other } = harness;
      await store.hold(letter(owner, 'a', true));
      await store.hold(letter(owner, 'b'));
      const binary = { ...letter(owner, 'n', true), key: Buffer.from([0, 255]), partition: 2 };
      await store.hold(binary);
      await store.settle(owner, 'a');
      expect(await held(owner.group, [1], other)).toEqual([
        { key: Buffer.from('k'), first: { member: 'b', failed: false }, since: originOf('a') },
      ]);
      expect(await held(owner.group, [2], other)).toEqual([
        { key: Buffer.from([0, 255]), first: { member: 'n', failed: true }, since: originOf('n') },
      ]);
      expect(await held(owner.group, [3], other)).toEqual([]);
      expect(await held(`${owner.group}-2`, [1], other)).toEqual([]);
    });

    law('tells a new owner the lines of all other partitions too, each with the first of the whole line', async () => {
      const owner = await owned();
      const { store, other } = harness;
      await store.hold(letter(owner, 'a', true));
      await store.hold(letter(owner, 'x', true, 'other'));
      // The key comes to another partition now: one line, in two partitions.
      await store.hold({ ...letter(owner, 'b'), partition: 2 });
      const k = { key: Buffer.from('k'), first: a, since: originOf('a') };
      const elsewhere = { key: Buffer.from('other'), first: x, since: originOf('x') };
      expect(await take(owner.group, [2], other)).toEqual({ own: [k], elsewhere: [elsewhere] });
      expect(await take(owner.group, [7], other)).toMatchObject({ own: [] });
      expect((await take(owner.group, [7], other)).elsewhere.toSorted(byKey)).toEqual([k, elsewhere]);
    });

    law('says who is first to each of two owners of one line, whichever of them moved it', async () => {
      const owner = await owned();
      const { store, other } = harness;
      const second = { group: owner.group, partition: 9, token: fresh('t') };
      await other.take({ ...second, partitions: [9] }, 100);
      await store.hold(letter(owner, 'a', true));
      expect(await other.hold(letter(second, 'b'))).toMatchObject({ at: 1, first: a });
      expect(await other.hold(letter(second, 'c'))).toMatchObject({ at: 2, first: a });
      await store.settle(owner, 'a');
      const first = { member: 'b', failed: false };
      expect(await other.hold(letter(second, 'c'))).toMatchObject({ at: 2, first });
      expect(await other.hold(letter(second, 'b'))).toMatchObject({ at: 1, first });
      expect(await other.hold(letter(second, 'b', true))).toMatchObject({ first: { member: 'b', failed: true } });
      expect(await store.hold(letter(owner, 'd'))).toMatchObject({ at: 3, first: { member: 'b', failed: true } });
    });

    law('refuses what an earlier owner writes after its partitions were taken over', async () => {
      const owner = await owned();
      const { store, other } = harness;
      await store.hold(letter(owner, 'a', true));
      const next = await owned(other, owner.group);
      expect(await store.hold(letter(owner, 'late'))).toBeNull();
      expect(await store.settle(owner, 'a')).toBeNull();
      expect(await other.hold(letter(next, 'b'))).toEqual({ hold: 'a', at: 1, first: a });
    });

    law('never lets a write slip between what a new owner is told and what it is refused', async () => {
      const owner = await owned();
      const { store, other } = harness;
      const written: string[] = [];
      const writing = (async () => {
        for (let at = 0; ; at += 1) {
          if ((await store.hold(letter(owner, `m${at}`, true, `k${at}`))) === null) return;
          written.push(`m${at}`);
        }
      })();
      const token = fresh('t');
      const { own: told } = await other.take({ group: owner.group, partitions: [1], token }, 100_000);
      await writing;
      expect(told.map(({ first }) => first.member).toSorted()).toEqual(written.toSorted());
    });

    law('answers many callers at once, each for its own', async () => {
      const owner = await owned();
      const { store } = harness;
      const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
      const places = await Promise.all(
        keys.flatMap((key) => ['a', 'b', 'c'].map((one) => store.hold(letter(owner, `${key}${one}`, false, key)))),
      );
      expect(places).toEqual(
        keys.flatMap((key) =>
          [0, 1, 2].map((at) => ({ hold: `${key}a`, at, first: { member: `${key}a`, failed: false } })),
        ),
      );
      const settled = await Promise.all(keys.map((key) => store.settle(owner, `${key}a`)));
      expect(settled.map((one) => one?.first?.member)).toEqual(keys.map((key) => `${key}b`));
    });
  });
}

const byKey = (one: { readonly key: Buffer }, other: { readonly key: Buffer }): number => one.key.compare(other.key);
