import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { groupTopics } from '@millrace/contracts';
import { CodedError, readDeadLetter, retry } from '@millrace/messaging';
import { turns } from '@millrace/messaging/testing';
import {
  aDestination,
  aRefusedRig,
  type Destination,
  group,
  keysOf,
  openMs,
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

const notFound = refusedAs('404');
const numbers = (): number[] => destination.taken.map(({ number }) => number).toSorted((one, other) => one - other);

describe('a destination that refuses everybody', () => {
  it('pauses its route with the refusal as the reason, and takes all of it when it is healed, without a hand', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish([...keysOf(10), ...keysOf(10)]);
    await rig.until(() => run.state().state === 'open');
    expect(run.state()).toEqual({ state: 'open', code: 'X_TEST_REFUSED' });
    await rig.pass(60_000);
    expect([run.state().state, rig.deadLetters(), rig.tiers(), destination.taken]).toEqual(['open', 0, 0, []]);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 20);
    await run.whenCaughtUp();
    expect([numbers(), run.state().state, rig.deadLetters(), rig.tiers()]).toEqual([
      Array.from({ length: 20 }, (_, at) => at + 1),
      'running',
      0,
      0,
    ]);
    for (const key of keysOf(10)) {
      const own = destination.taken.filter((one) => one.key === key).map(({ number }) => number);
      expect(own).toEqual(own.toSorted((one, other) => one - other));
    }
    close();
  });

  it('is known although its records come seconds apart, and loses none of the first', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    for (const key of keysOf(10)) {
      await rig.publish([key]);
      await rig.pass(9_000);
    }
    expect([run.state().state, rig.deadLetters(), rig.tiers()]).toEqual(['open', 0, 0]);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 10);
    close();
  });

  it('stays paused while probes are refused, and is probed with one record of another key each time', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(12));
    await rig.until(() => run.state().state === 'open');
    const asked = destination.asked.length;
    for (let probes = 0; probes < 6; probes += 1) await rig.pass(openMs);
    const probed = destination.asked.slice(asked);
    expect([probed.length, new Set(probed).size, run.state().state]).toEqual([6, 6, 'open']);
    close();
  });

  it('does not stay paused over poison: successes between end that, and the poison becomes dead letters', async () => {
    destination.answer = (key) => (key.startsWith('bad') ? notFound : null);
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(12, 'bad'));
    await rig.until(() => run.state().state === 'open');
    let good = 0;
    for (; rig.deadLetters() < 12 && good < 10; good += 1) {
      await rig.publish([`good${good}`]);
      await rig.until(() => destination.taken.length === good + 1);
      await rig.pass(20_000);
    }
    expect(good).toBeLessThanOrEqual(4);
    expect([rig.deadLetters(), run.state().state]).toEqual([12, 'running']);
    close();
  });

  it('takes nothing for poison because the destination was well for a moment', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(20));
    for (let moments = 0; moments < 2; moments += 1) {
      await rig.until(() => run.state().state === 'open');
      const before = destination.taken.length;
      destination.answer = () => (destination.taken.length === before ? null : notFound);
      await rig.until(() => destination.taken.length > before);
      destination.answer = () => notFound;
      await rig.pass(60_000);
    }
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 20);
    expect(rig.deadLetters()).toBe(0);
    close();
  });

  it('is told from a failing one: a refusal after an outage of failures closes the breaker as any answer does', async () => {
    const broken = new CodedError('X_TEST_BROKEN', 'answered 500', { disposition: retry() });
    destination.answer = () => broken;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(5));
    await rig.until(() => run.state().state === 'open');
    destination.answer = (key) => (key === 'k0' ? notFound : null);
    await rig.until(() => destination.taken.length === 4 && rig.deadLetters() === 1);
    expect(run.state().state).toBe('running');
    close();
  });

  it('loses nothing when the process is killed while records are held', async () => {
    destination.answer = () => notFound;
    const first = await rig.start(destination.handle);
    await rig.publish(keysOf(6));
    await rig.pass(5_000);
    await first.crash();
    first.close();
    destination.answer = () => null;
    const next = await rig.start(destination.handle);
    await next.run.whenCaughtUp();
    expect([numbers(), rig.deadLetters()]).toEqual([[1, 2, 3, 4, 5, 6], 0]);
    next.close();
  });

  it('keeps a key in order that tries in place, and the pause is not counted against it', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle, {}, 'block');
    await rig.publish([...keysOf(10), ...keysOf(10)]);
    await rig.pass(300_000);
    expect([run.state().state, rig.deadLetters()]).toEqual(['open', 0]);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 20);
    expect(rig.deadLetters()).toBe(0);
    close();
  });
});

describe('a refusal that concerns one record', () => {
  it('is a dead letter as soon as a record that began later succeeds', async () => {
    destination.answer = (key) => (key === 'bad' ? notFound : null);
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(['bad', 'good']);
    await turns();
    expect([rig.deadLetters(), destination.taken.length, run.state().state]).toEqual([1, 1, 'running']);
    const [letter] = rig.rig.cluster.records(`dlq.${group}`);
    expect(readDeadLetter(letter?.headers ?? [])).toMatchObject({ errorCode: 'X_TEST_REFUSED', step: 'effect' });
    close();
  });

  it('is one after a while also when nothing else comes, and when fewer than ten keys are refused', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(9));
    await rig.pass(9_000);
    expect(rig.deadLetters()).toBe(0);
    const passed = await rig.until(() => rig.deadLetters() === 9);
    expect([passed <= 2_000, run.state().state]).toEqual([true, 'running']);
    close();
  });

  it('never opens the breaker by itself, however often its key is refused', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    const states = new Set<string>();
    await rig.publish(Array.from({ length: 15 }, () => 'same'));
    await rig.until(() => {
      states.add(run.state().state);
      return rig.deadLetters() === 15;
    });
    expect([...states]).toEqual(['running']);
    close();
  });

  it('does not add up with others that are refused for other reasons', async () => {
    destination.answer = (key) => refusedAs(key);
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(20));
    await rig.until(() => rig.deadLetters() === 20);
    expect(run.state().state).toBe('running');
    close();
  });

  it('is not waited for longer than ten times the hold, however many others are refused for other reasons meanwhile', async () => {
    destination.answer = (key) => refusedAs(key);
    const { close } = await rig.start(destination.handle);
    for (let at = 0; at < 25; at += 1) {
      await rig.publish([`k${at}`]);
      await rig.pass(5_000);
    }
    expect(rig.deadLetters()).toBeGreaterThan(0);
    close();
  });

  it('is delivered after all where a short outage was over before the hold was', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(keysOf(4));
    await rig.pass(5_000);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 4);
    await run.whenCaughtUp();
    expect([rig.deadLetters(), rig.tiers()]).toEqual([0, 0]);
    close();
  });

  it('is not shown to be one by a success that began before it was refused', async () => {
    const slow = Promise.withResolvers<null>();
    destination.answer = (key) => (key === 'slow' ? slow.promise : notFound);
    const { close } = await rig.start(destination.handle);
    await rig.publish(['slow']);
    await rig.pass(1_000);
    await rig.publish(keysOf(3));
    await rig.pass(1_000);
    slow.resolve(null);
    await turns();
    expect([destination.taken.length, rig.deadLetters()]).toEqual([1, 0]);
    destination.answer = () => null;
    await rig.until(() => destination.taken.length === 4);
    expect(rig.deadLetters()).toBe(0);
    close();
  });

  it('is told at once where an operator redrives it and waits for the verdict', async () => {
    destination.answer = () => notFound;
    const { run, close } = await rig.start(destination.handle);
    await rig.publish(['bad']);
    await rig.until(() => rig.deadLetters() === 1);
    const [letter] = rig.rig.cluster.records(`dlq.${group}`);
    const producer = await rig.rig.cluster.createProducer();
    const { key = null, value = null, headers = [], partition = 0 } = letter ?? {};
    await producer.send({ topic: groupTopics(group).lane, partition, key, value, headers });
    await turns();
    expect([rig.deadLetters(), run.state().state]).toEqual([2, 'running']);
    close();
  });
});
