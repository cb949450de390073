import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KafkaBroker } from '../../src/index.ts';
import { connectTest, drivers, until } from '../kafka-harness.ts';
import { aBacklog, endProcesses, startProcess } from './group-processes.ts';
import type { ProcessPlan } from './process-plan.ts';

let broker: KafkaBroker;
/** Far below the session that whoever is not its own successor waits for; the bench says how long it takes. */
const backAtWorkMs = ({ sessionTimeoutMs }: ProcessPlan): number => sessionTimeoutMs / 3;

beforeAll(() => {
  broker = connectTest();
});
afterEach(endProcesses);
afterAll(() => broker.close());

describe.each(drivers)('a process of a consumer group over %s', (driver) => {
  // What is finished beyond the committed offset is read by whoever comes next, of either kind.
  it.each(drivers)(
    'killed half way and followed by one on %s repeats no more than what ran and what finished since its last commit',
    async (successor) => {
      const records = 3_000;
      const plan = await aBacklog(broker, driver, records);
      const one = startProcess(plan);
      await until(() => one.started.length >= records / 2, 'half of it is started', 120_000);
      await one.stop('SIGKILL');
      const two = startProcess({ ...plan, driver: successor });
      await until(() => new Set([...one.started, ...two.started]).size === records, 'all of it is started', 120_000);
      const twice = two.started.filter((number) => one.started.includes(number)).length;
      // Half of the handlers' rate for one commit interval, and a commit's own way to the brokers.
      const perInterval = (plan.maxInFlight / plan.handlerMs) * plan.commitIntervalMs;
      expect(twice).toBeLessThanOrEqual(plan.maxInFlight + perInterval);
      expect(await two.firstHandlerMs).toBeLessThan(backAtWorkMs(plan));
    },
    240_000,
  );

  it('goes on at once after an orderly restart, where it stopped', async () => {
    const plan = await aBacklog(broker, driver, 1_500);
    const one = startProcess(plan);
    await until(() => one.started.length >= 500, 'it works', 30_000);
    expect(await one.stop('SIGTERM')).toEqual([0, null]);
    const two = startProcess(plan);
    expect(await two.firstHandlerMs).toBeLessThan(backAtWorkMs(plan));
    await until(() => two.started.length + one.started.length >= 1_500, 'the rest is done', 120_000);
    expect(two.started.filter((number) => one.started.includes(number))).toEqual([]);
  }, 240_000);

  it('is fenced by a second one of its name and ends with 78, while the second goes on', async () => {
    const plan = await aBacklog(broker, driver, 2_000);
    const one = startProcess({ ...plan, handlerMs: 200 });
    await one.firstHandlerMs;
    const two = startProcess(plan);
    await two.firstHandlerMs;
    expect(await one.ended).toEqual([78, null]);
    await until(() => new Set([...one.started, ...two.started]).size === 2_000, 'all of it is started', 120_000);
    expect(two.child.exitCode).toBeNull();
  }, 240_000);

  it('restarted one after the other with its sibling moves no partition and repeats nothing', async () => {
    const records = 3_000;
    const plan = { ...(await aBacklog(broker, driver, records)), maxInFlight: 30, handlerMs: 150 };
    const plans = [plan, { ...plan, name: 'two', instanceId: 'process-1' }] as const;
    const running = plans.map(startProcess);
    const newest = (at: number): readonly number[] => running[at]?.assignments().at(-1) ?? [];
    await until(() => newest(0).length === 2 && newest(1).length === 2, 'both have their share', 60_000);
    const started = (): readonly number[] => [...gone, ...running].flatMap((each) => each.started);
    const gone: (typeof running)[number][] = [];
    const undisturbed = running.map((each) => each.assignments().length);
    // The leader of the group, and the one that follows it.
    for (const at of [0, 1] as const) {
      const before = running[at] as (typeof running)[number];
      const share = newest(at);
      expect(await before.stop('SIGTERM')).toEqual([0, null]);
      gone.push(before);
      const again = startProcess(plans[at]);
      running[at] = again;
      await until(() => again.assignments().length > 0, 'it is back in its group', 60_000);
      expect(again.assignments()).toEqual([share]);
      if (at === 0) expect(running[1]?.assignments().length).toBe(undisturbed[1]);
      else expect(running[0]?.assignments().length).toBe(1);
    }
    await until(() => new Set(started()).size === records, 'all of it is started', 120_000);
    expect(started().length).toBe(records);
  }, 240_000);
});
