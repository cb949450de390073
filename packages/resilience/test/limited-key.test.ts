import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics, retryTiers, retryWaitsMs } from '@millrace/contracts';
import { turns } from '@millrace/messaging/testing';
import {
  aDestination,
  aRefusedRig,
  type Destination,
  group,
  keysOf,
  type RefusedRig,
  refusedAs,
} from './refused-rig.ts';

let rig: RefusedRig;
let destination: Destination;
beforeEach(() => {
  rig = aRefusedRig();
  destination = aDestination();
});
afterEach(() => rig.close());

const limited = (afterMs?: number) => refusedAs('429', 'key', afterMs);
const numbersOf = (key: string): number[] =>
  destination.taken.filter((one) => one.key === key).map(({ number }) => number);

describe('a destination that limits one key', () => {
  it('delays that key alone, its later records behind it in order, and counts no try', async () => {
    destination.answer = (key) => (key === 'busy' ? limited(600_000) : null);
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(['busy', 'a', 'busy', 'b', 'busy']);
    await turns();
    expect([destination.taken.map(({ key }) => key), destination.asked.filter((key) => key === 'busy').length]).toEqual(
      [['a', 'b'], 1],
    );
    await rig.pass(599_000);
    await rig.publish(['c']);
    expect([run.state().state, destination.taken.length, rig.deadLetters(), rig.tiers()]).toEqual(['running', 3, 0, 0]);
    destination.answer = () => null;
    await rig.pass(1_000);
    await run.whenCaughtUp();
    expect(numbersOf('busy')).toEqual([1, 3, 5]);
    expect([rig.deadLetters(), rig.tiers()]).toEqual([0, 0]);
    close();
  });

  it('is asked again after a minute where it does not say when', async () => {
    destination.answer = () => limited();
    const { close } = await rig.start(destination.handle);
    await rig.publish(['busy']);
    await rig.pass(59_000);
    expect(destination.asked).toHaveLength(1);
    await rig.pass(1_000);
    expect(destination.asked).toHaveLength(2);
    close();
  });

  it('delays for so long in all, then it counts as a failed try and goes to a tier', async () => {
    destination.answer = () => limited(600_000);
    const { close } = await rig.start(destination.handle, { settings: { keyDelayMs: 1_500_000 } });
    await rig.publish(['busy']);
    for (let waits = 0; waits < 2; waits += 1) {
      expect([waits, rig.tiers(), rig.deadLetters()]).toEqual([waits, 0, 0]);
      await rig.pass(600_000);
    }
    expect([destination.asked.length, rig.tiers(), rig.deadLetters()]).toEqual([3, 1, 0]);
    close();
  });

  it('delays it also where the order is kept through failures, longer than a record is tried in place', async () => {
    destination.answer = () => limited(600_000);
    const { run, close } = await rig.start(destination.handle, {}, 'block');
    await rig.publish(['busy', 'busy']);
    await rig.pass(599_000);
    expect(rig.deadLetters()).toBe(0);
    destination.answer = () => null;
    await rig.pass(1_000);
    await run.whenCaughtUp();
    expect(numbersOf('busy')).toEqual([1, 2]);
    close();
  });

  it('pauses its route when it limits ten keys equally and nothing succeeds between: that is everybody', async () => {
    destination.answer = () => limited(60_000);
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(15));
    expect(run.state()).toEqual({ state: 'open', code: 'X_TEST_REFUSED' });
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 15);
    expect([run.state().state, rig.deadLetters(), rig.tiers()]).toEqual(['running', 0, 0]);
    close();
  });

  it('never holds up the others of its partition, however many records of the limited key come', async () => {
    const second = retryTiers[1] ?? retryTiers[0];
    destination.answer = (key) => (key === 'busy' ? limited(retryWaitsMs[second]) : null);
    const { close } = await rig.start(destination.handle, { settings: { highWaterRecords: 20 } });
    await rig.publish([...Array.from({ length: 200 }, () => 'busy'), 'a', 'b']);
    await rig.until(() => destination.taken.length === 2);
    expect(destination.asked.filter((key) => key === 'busy').length).toBeLessThan(5);
    expect([rig.deadLetters(), rig.tiers() > 150]).toEqual([0, true]);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 202 || rig.deadLetters() > 0).catch(() => undefined);
    await rig.pass(retryWaitsMs[second] + 100_000);
    await rig.until(() => destination.taken.length === 202);
    expect(rig.deadLetters()).toBe(0);
    const others = retryTiers.filter((tier) => tier !== second);
    expect(others.flatMap((tier) => rig.rig.cluster.records(groupTopics(group).retry[tier]))).toHaveLength(0);
    close();
  });

  it('finds the key where it was when the process is killed meanwhile', async () => {
    destination.answer = () => limited(600_000);
    const first = await rig.start(destination.handle);
    await rig.publish(['busy', 'busy']);
    await rig.pass(5_000);
    await first.crash();
    first.close();
    destination.answer = () => null;
    const next = await rig.start(destination.handle);
    await next.run.whenCaughtUp();
    expect(numbersOf('busy')).toEqual([1, 2]);
    next.close();
  });
});
