import { describe, expect } from '@jest/globals';
import { groupTopics } from '@millrace/contracts';
import {
  type Broker,
  CodedError,
  createInMemoryHeldKeys,
  deadLetter,
  type Handler,
  type InboundRecord,
  laneHeaders,
  readDeadLetter,
  readHeldPlace,
} from '@millrace/messaging';
import type { Note } from '@millrace/messaging/testing';
import { eventually, law } from '../harness.ts';
import type { BrokerLawContext } from './context.ts';
import { type PipelineTopics, pipelineLawTools, type Started } from './pipeline-tools.ts';

const records = 400;
const keys = 20;
/** These fail until they are mended; their keys are `k3`, `k10` and `k0`. */
const faulty: readonly number[] = [43, 130, 380];

/** A pipeline that keeps the order of its keys through failures, on this broker. */
export function pipelineOrderLaws(context: BrokerLawContext): void {
  const { broker, harness, group, subject } = context;
  const { makeTopics, start, publish, read } = pipelineLawTools(context);

  const deadLettersOf = async (members: string): Promise<ReadonlyMap<string, InboundRecord>> =>
    new Map((await read(groupTopics(members).dlq)).map((one) => [readDeadLetter(one.headers)?.id ?? '', one]));

  /** Each to the lane of its own partition, the oldest of every line first. */
  const redrive = async (members: string, isWanted = (_place: number): boolean => true): Promise<void> => {
    const producer = await broker().createProducer();
    const { lane } = groupTopics(members);
    const wanted = [...(await deadLettersOf(members))].filter(([, record]) => isWanted(placeOf(record)));
    for (const [of, record] of wanted.toSorted(([, one], [, other]) => placeOf(one) - placeOf(other))) {
      const facts = { job: 'j', of, mode: 'redrive', count: 1, generation: null, edited: null, actor: 'law' };
      const { partition, key, value } = record;
      await producer.send({ topic: lane, partition, key, value, headers: laneHeaders(record, facts) });
    }
    await producer.close();
  };

  /** Of the source, the tiers, the lane and the dead letters. */
  const addPartitions = async (members: string, { input }: PipelineTopics, total: number): Promise<void> => {
    const { retry, dlq, lane } = groupTopics(members);
    for (const name of [input.name, ...Object.values(retry), dlq, lane])
      await broker().admin.createPartitions(name, total);
  };

  /** Publishes, starts the first process, changes who works by `change` half way, mends, redrives, and judges the order. */
  const keepsItsOrder = async (
    change: (first: Started, dying: Broker, another: (on: Broker) => Promise<Started>) => Promise<void>,
  ): Promise<void> => {
    const members = group();
    const made = await makeTopics(members);
    const heldKeys = createInMemoryHeldKeys();
    const broken = new Set(faulty);
    const applied: number[] = [];
    const handle: Handler<Note> = async ({ data }) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (broken.has(data.number)) throw new CodedError('X_LAW', 'refused', { disposition: deadLetter });
      applied.push(data.number);
      return { outputs: [], outcome: { kind: 'delivered' } };
    };
    const running: Started[] = [];
    const another = async (on: Broker): Promise<Started> => {
      const started = await start(on, members, made, handle, { maxInFlight: 8 }, { onFailure: 'hold-key', heldKeys });
      running.push(started);
      return started;
    };
    await publish(made.input, records, (at) => `k${at % keys}`);
    const dying = await harness().connect();
    const first = await another(dying);
    await eventually(() => applied.length > records / 4);
    await change(first, dying, another);

    const deadById = (): Promise<ReadonlyMap<string, InboundRecord>> => deadLettersOf(members);
    const held = faulty.reduce((sum, number) => sum + Math.ceil((records - number) / keys), 0);
    let dead = 0;
    const seen = (): unknown => ({ applied: new Set(applied).size, dead, held });
    await eventually(async () => {
      dead = (await deadById()).size;
      return new Set(applied).size === records - held && dead === held;
    }, seen);
    expectOrder(applied);

    broken.clear();
    await redrive(members);
    await eventually(() => new Set(applied).size === records, seen);
    expectOrder(applied);
    for (const one of running) if (one !== first) await one.stop();
  };

  const keepsItWhenPartitionsAreAdded = async (): Promise<void> => {
    const members = group();
    const made = await makeTopics(members, 1);
    const heldKeys = createInMemoryHeldKeys();
    let isBroken = true;
    const applied: number[] = [];
    /** Which process handled the last probe of each partition. */
    const probed = new Map<number, number>();
    const handledBy =
      (process: number): Handler<Note> =>
      ({ data, key, delivery }) => {
        if (key === 'probe') {
          probed.set(delivery.position.partition, process);
          return { outputs: [], outcome: { kind: 'delivered' } };
        }
        if (isBroken && data.number < keys) throw new CodedError('X_LAW', 'refused', { disposition: deadLetter });
        applied.push(data.number);
        return { outputs: [], outcome: { kind: 'delivered' } };
      };
    const running: Started[] = [];
    const another = async (): Promise<void> => {
      const [on, settings] = [await harness().connect(), { maxInFlight: 8 }];
      const handle = handledBy(running.length);
      running.push(await start(on, members, made, handle, settings, { onFailure: 'hold-key', heldKeys }));
    };
    const dead = async (): Promise<number> => (await deadLettersOf(members)).size;

    // The first record of every key is a dead letter in the only partition that there is.
    await publish(made.input, keys, (at) => `k${at}`);
    await another();
    await eventually(async () => (await dead()) === keys);
    await running[0]?.stop();
    await addPartitions(members, made, 4);
    await another();
    await another();
    await eventually(async () => {
      for (const partition of [0, 3]) await publish(made.input, 1, () => 'probe', partition);
      return probed.size === 2 && probed.get(0) !== probed.get(3);
    });
    // All keys come to the last one from now on, which is another process's than the first.
    await publish(made.input, keys * 3, (at) => `k${at % keys}`, 3, keys);
    const seen = (): unknown => ({ applied });
    await eventually(async () => (await dead()) === keys * 4, seen);
    expect(applied).toEqual([]);

    isBroken = false;
    // One process is done with the first of each line; the other, with all that follow, has to hear of that.
    await redrive(members, (place) => place === 0);
    await eventually(() => new Set(applied).size === keys, seen);
    await Promise.all(running.slice(1).map(({ run }) => run.whenCaughtUp()));
    await redrive(members, (place) => place > 0);
    await eventually(() => new Set(applied).size === keys * 4, seen);
    expectOrder(applied);
    await publish(made.input, keys, (at) => `k${at}`, 3, keys * 4);
    await eventually(() => new Set(applied).size === keys * 5, seen);
    expectOrder(applied);
    for (const one of running.slice(1)) await one.stop();
  };

  describe('pipeline that holds keys', () => {
    law('keeps the order of every key through dead letters, a crash and a redrive, and gives nothing up', () =>
      keepsItsOrder(async (first, dying, another) => {
        await harness().crash(dying);
        // What is left of it in this process must not go on trying.
        first.run.close().catch(() => undefined);
        await another(broker());
      }),
    );

    law(
      'keeps it when a second process takes over half of the work, and when the first leaves',
      () =>
        keepsItsOrder(async (first, dying, another) => {
          await another(broker());
          await first.stop();
          await dying.close();
        }),
      subject.capabilities.groups ? false : 'declares groups: false',
    );

    law(
      'keeps it for keys that are held where they came before partitions were added',
      keepsItWhenPartitionsAreAdded,
      subject.capabilities.groups ? false : 'declares groups: false',
    );
  });
}

const placeOf = ({ headers }: InboundRecord): number => readHeldPlace(headers)?.at ?? -1;

/** Each key's records in the order in which they were first applied. */
function expectOrder(applied: readonly number[]): void {
  for (const ofKey of Map.groupBy(new Set(applied), (number) => number % keys).values()) {
    expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
  }
}
