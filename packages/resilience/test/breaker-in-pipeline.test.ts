import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { groupTopics, retryTiers } from '@millrace/contracts';
import { CodedError, type Handled, type Handler, type PipelineSettings, pipeline, retry } from '@millrace/messaging';
import {
  createPipelineRig,
  type Note,
  noteTopic,
  type PipelineRig,
  type RigProcess,
  turns,
} from '@millrace/messaging/testing';
import { createBreaker } from '../src/breaker.ts';
import { classifyHttp } from '../src/classify-http.ts';

const input = noteTopic('notes.in', 1);
const group = 'writer.notes';
const delivered: Handled = { outputs: [], outcome: { kind: 'delivered' } };
const away = new CodedError('X_TEST_AWAY', 'connection refused', { disposition: retry(), unavailable: true });
const broken = new CodedError('X_TEST_BROKEN', 'the destination answered 500', { disposition: retry() });

/** Long against the rests between two tries: many fall into one opening. */
const openMs = 500;

let rig: PipelineRig;
beforeEach(() => {
  // Opossum sets a timer of its own; everything else goes by the rig's clock.
  jest.useFakeTimers({
    doNotFake: ['performance', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
  rig = createPipelineRig();
});
afterEach(async () => {
  await rig.close();
  jest.useRealTimers();
});

/** A pipeline with the real breaker, which probes as soon as it may. */
async function start(handle: Handler<Note>, settings: Partial<PipelineSettings> = {}) {
  const breaker = createBreaker({ openMs, now: rig.clock.monotonic });
  const writer = pipeline<Note>({ name: 'write', group, from: [input], handle });
  const process: RigProcess = await rig.start(writer, { breaker, settings: { inProcessTries: 2, ...settings } });
  return { ...process, breaker };
}

/** Lets time pass, after everything that needs none has happened and before what it brings about has. */
async function pass(ms: number): Promise<void> {
  await turns();
  rig.clock.advance(ms);
  jest.advanceTimersByTime(ms);
  await turns();
}

async function until(claim: () => boolean): Promise<void> {
  for (let passed = 0; !claim(); passed += 50) {
    if (passed > 600_000) throw new Error('it never came to that');
    await pass(50);
  }
}

const publish = async (keys: readonly string[]): Promise<void> => {
  for (const [number, key] of keys.entries()) await rig.publish(input, { text: key, number }, { key });
};
const copies = (): number =>
  [`dlq.${group}`, ...Object.values(groupTopics(group).retry)].reduce(
    (sum, topic) => sum + rig.cluster.records(topic).length,
    0,
  );

describe('a pipeline behind its breaker', () => {
  it('pauses when its dependency is away, counts nothing against the records, and goes on by itself', async () => {
    let isAway = true;
    let refused = 0;
    const handled: number[] = [];
    const { run, breaker } = await start(({ data }) => {
      if (isAway) refused += 1;
      if (isAway) throw away;
      handled.push(data.number);
      return delivered;
    });
    await publish(['a', 'b', 'c', 'd', 'a', 'b']);
    await until(() => breaker.state() !== 'closed');
    expect(run.state()).toEqual({ state: 'open', code: 'X_TEST_AWAY' });
    const untilOpen = refused;
    await until(() => refused >= untilOpen + 5 && breaker.state() === 'open');
    expect([copies(), handled]).toEqual([0, []]);
    isAway = false;
    await until(() => handled.length === 6);
    await run.whenCaughtUp();
    expect(handled.sort((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([copies(), run.state().state]).toEqual([0, 'running']);
    breaker.close();
  });

  it('opens although most records need nothing of the dependency, and a probe that needs nothing settles nothing', async () => {
    let isAway = true;
    const handled: string[] = [];
    let idleProbes = 0;
    const { run, breaker } = await start(({ key }) => {
      if (key === 'other' && breaker.state() === 'half-open') idleProbes += 1;
      if (key === 'other') return { outputs: [], outcome: { kind: 'filtered', reason: 'when' }, asked: false };
      if (isAway) throw away;
      handled.push(key);
      return delivered;
    });
    const passOther = async (): Promise<void> => {
      await publish(['other']);
      await pass(20);
    };
    await publish(['a']);
    // Between any two tries of the one that fails, another one passes.
    for (let turn = 0; turn < 500 && breaker.state() === 'closed'; turn += 1) await passOther();
    expect([breaker.state(), copies()]).toEqual(['open', 0]);
    for (let turn = 0; turn < 500; turn += 1) await passOther();
    expect(idleProbes).toBeGreaterThan(10);
    expect([run.state().state, copies(), handled]).toEqual(['open', 0, []]);
    isAway = false;
    await until(() => handled.length === 1);
    await run.whenCaughtUp();
    expect([copies(), run.state().state]).toEqual([0, 'running']);
    breaker.close();
  });

  it('stays shut for one bad record, however often that fails', async () => {
    const handled: string[] = [];
    const { run, breaker } = await start(({ key }) => {
      if (key === 'bad') throw broken;
      handled.push(key);
      return delivered;
    });
    await publish(['bad', 'a', 'b']);
    for (let tries = 0; tries < 3; tries += 1) await pass(5_000);
    expect([breaker.state(), handled, rig.cluster.records(groupTopics(group).retry[retryTiers[0]]).length]).toEqual([
      'closed',
      ['a', 'b'],
      1,
    ]);
    await run.close();
    breaker.close();
  });

  it('makes a dead letter of a record at which the destination breaks off each time, though nothing else comes', async () => {
    const url = 'https://hooks.example.test';
    const thrown = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const reset = classifyHttp({ thrown }, { target: url, now: 0 });
    const handled: number[] = [];
    const { run, breaker } = await start(
      ({ data }) => {
        if (data.number === 0) throw reset;
        handled.push(data.number);
        return delivered;
      },
      { retryWaitsMs: retryTiers.map(() => 1_000) },
    );
    await publish(['same key', 'same key']);
    await until(() => rig.cluster.records(`dlq.${group}`).length === 1);
    await run.whenCaughtUp();
    expect([handled, breaker.state()]).toEqual([[1], 'closed']);
    breaker.close();
  });

  it('starts nothing while it is open, and one record at a time when it is half-open', async () => {
    let isAway = true;
    let running = 0;
    let succeeded = 0;
    const seen: { readonly state: string; readonly beside: number }[] = [];
    const { run, breaker } = await start(async () => {
      seen.push({ state: breaker.state(), beside: running });
      running += 1;
      await turns(1);
      running -= 1;
      if (isAway) throw away;
      succeeded += 1;
      return delivered;
    });
    await publish(['a', 'b', 'c', 'd', 'e']);
    await until(() => seen.filter(({ state }) => state === 'half-open').length >= 3);
    isAway = false;
    await until(() => succeeded === 5);
    await run.whenCaughtUp();
    expect(seen.filter(({ state }) => state === 'open')).toEqual([]);
    expect(seen.filter(({ state, beside }) => state === 'half-open' && beside > 0)).toEqual([]);
    breaker.close();
  });

  it('never lets one bad record hold it: a probe that was answered counts, and the next takes another lane', async () => {
    let isAway = true;
    const handled: string[] = [];
    const { run, breaker } = await start(({ key }) => {
      if (isAway) throw away;
      if (key === 'bad') throw broken;
      handled.push(key);
      return delivered;
    });
    await publish(['bad', 'a', 'b']);
    await until(() => breaker.state() !== 'closed');
    isAway = false;
    await until(() => handled.length === 2);
    expect(handled.toSorted()).toEqual(['a', 'b']);
    for (let tries = 0; tries < 4; tries += 1) await pass(5_000);
    await until(() => rig.cluster.records(groupTopics(group).retry[retryTiers[0]]).length === 1);
    expect(breaker.state()).toBe('closed');
    await run.close();
    breaker.close();
  });
});
