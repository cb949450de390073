import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Note, noteTopic } from '@millrace/messaging/testing';
import type { KafkaBroker } from '../../src/index.ts';
import { connectTest, drivers, until as untilSoon } from '../kafka-harness.ts';
import { readRangesToEnd } from '../ranges-to-end.ts';
import { aBacklog, aWitness, endProcesses, type GroupProcess, startProcess } from './group-processes.ts';
import { monotonicMs, type ProcessPlan } from './process-plan.ts';

// Frozen (SIGSTOP) past its session, as a process is by a paused container or a swapping machine, and woken up again: it
// does not know that its partitions are another's now, and every timer of every handler is due at once.

const sessionTimeoutMs = 6_000;
const partitions = 4;
/** Three processes that work as fast as they can leave little of a small machine for whoever joins. */
const until = (claim: () => boolean, what: string): Promise<void> => untilSoon(claim, what, 90_000);
let broker: KafkaBroker;
let witness: Awaited<ReturnType<typeof aWitness>>;

beforeAll(async () => {
  broker = connectTest();
  witness = await aWitness();
});
afterEach(endProcesses);
afterAll(async () => {
  witness.close();
  await broker.close();
});

interface Output extends Note {
  readonly by: string;
  /** When its handler had finished. */
  readonly madeAt: number;
  readonly place: string;
}

async function outputsOf({ output }: ProcessPlan): Promise<readonly Output[]> {
  const { decode } = noteTopic(output, partitions);
  return (await readRangesToEnd(broker, output)).map(({ partition, offset, value }) => {
    const note = decode((value as Buffer).subarray(5));
    const [by = '', madeAt] = note.text.split(' ');
    return { ...note, by, madeAt: Number(madeAt), place: `${partition}/${offset}` };
  });
}

/** What a process did with what it was assigned before it was frozen, after it woke up. */
interface Relapse {
  readonly started: readonly number[];
  readonly effects: readonly number[];
  readonly outputs: readonly string[];
}

const harmless: Relapse = { started: [], effects: [], outputs: [] };

async function relapseOf(
  frozen: GroupProcess,
  plan: ProcessPlan,
  { thawedAt, before }: { readonly thawedAt: number; readonly before: readonly Output[] },
): Promise<Relapse> {
  const rejoinedAt =
    frozen.happenings.find(({ kind, at }) => kind === 'assigned' && at >= thawedAt)?.at ?? Number.POSITIVE_INFINITY;
  const isBetween = (at: number): boolean => at >= thawedAt && at < rejoinedAt;
  const known = new Set(before.map(({ place }) => place));
  return {
    started: frozen.happenings
      .filter(({ kind, at }) => kind === 'started' && isBetween(at))
      .flatMap(({ numbers }) => numbers),
    effects: witness.effects.filter(({ name, at }) => name === plan.name && isBetween(at)).map(({ number }) => number),
    // Written after it woke up, of a handler that had finished before it was given anything anew.
    outputs: (await outputsOf(plan))
      .filter(({ by, madeAt, place }) => by === plan.name && madeAt < rejoinedAt && !known.has(place))
      .map(({ place }) => place),
  };
}

/** Handlers that were between their start and their effect when it was frozen. */
const midway = (frozen: GroupProcess, name: string): number => {
  const done = new Set(witness.effects.filter((effect) => effect.name === name).map(({ number }) => number));
  return frozen.started.filter((number) => !done.has(number)).length;
};

/** Not between two assignments, when it has nothing in its hands: it is let go on and frozen again. */
async function freezeAtWork(one: GroupProcess, name: string, other: GroupProcess): Promise<void> {
  for (;;) {
    await until(() => midway(one, name) >= 20, 'the first works');
    one.child.kill('SIGSTOP');
    const seen = other.started.length;
    await until(() => other.started.length >= seen + 20, 'what it said before has been heard');
    if (midway(one, name) > 0) return;
    one.child.kill('SIGCONT');
  }
}

describe.each(drivers)('a process that was frozen past its session, over %s', (driver) => {
  it('starts no effect and sends nothing of what others have taken over, and joins again', async () => {
    const records = 2_500;
    const plan: ProcessPlan = {
      ...(await aBacklog(broker, driver, records)),
      ...{ name: `one-${driver}`, instanceId: null, sessionTimeoutMs, heartbeatMarginMs: 2_000 },
      ...{ handlerMs: 200, maxInFlight: 50, witness: witness.url },
    };
    const [one, two] = [startProcess(plan), startProcess({ ...plan, name: `two-${driver}` })];
    await until(() => [one, two].every((each) => each.assignments().at(-1)?.length === 2), 'both have their share');
    await freezeAtWork(one, plan.name, two);
    await until(() => two.assignments().at(-1)?.length === partitions, 'the other has everything');
    const lost = one.assignments().at(-1) ?? [];
    expect(lost.length).toBe(2);
    expect(midway(one, plan.name)).toBeGreaterThan(0);
    const takenOver = two.started.length;
    await until(() => two.started.length > takenOver + 100, 'the other goes on with it');
    const before = await outputsOf(plan);
    const thawedAt = monotonicMs();
    one.child.kill('SIGCONT');
    await until(
      () => one.happenings.some(({ kind, at }) => kind === 'assigned' && at >= thawedAt),
      'it has joined again',
    );
    const all = (): number =>
      new Set(witness.effects.filter(({ name }) => name.endsWith(`-${driver}`)).map(({ number }) => number)).size;
    await until(() => all() === records, 'every record has its effect');
    expect(await relapseOf(one, plan, { thawedAt, before })).toEqual(harmless);
    expect([one.child.exitCode, two.child.exitCode]).toEqual([null, null]);
  }, 240_000);

  it('whose name another process has taken starts nothing, sends nothing and ends with 78; the other stays', async () => {
    const records = 2_500;
    const plan: ProcessPlan = {
      ...(await aBacklog(broker, driver, records)),
      ...{ name: `old-${driver}`, sessionTimeoutMs, heartbeatMarginMs: 2_000 },
      ...{ handlerMs: 200, maxInFlight: 50, witness: witness.url },
    };
    const old = startProcess(plan);
    await until(() => old.started.length >= 100 && midway(old, plan.name) >= 20, 'the first works');
    old.child.kill('SIGSTOP');
    const frozenAt = monotonicMs();
    const successor = startProcess({ ...plan, name: `new-${driver}` });
    await until(() => successor.started.length >= 100, 'its successor works');
    await until(() => monotonicMs() - frozenAt > sessionTimeoutMs, 'its session is over');
    expect(midway(old, plan.name)).toBeGreaterThan(0);
    const before = await outputsOf(plan);
    const thawedAt = monotonicMs();
    old.child.kill('SIGCONT');
    expect(await old.ended).toEqual([78, null]);
    await until(() => new Set([...old.started, ...successor.started]).size === records, 'all is started');
    expect(await relapseOf(old, plan, { thawedAt, before })).toEqual(harmless);
    // Never thrown out and never asked to join again by the one that came back.
    expect(successor.assignments().length).toBe(1);
    expect(successor.child.exitCode).toBeNull();
  }, 240_000);
});
