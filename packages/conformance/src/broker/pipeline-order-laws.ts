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
import { pipelineLawTools, type Started } from './pipeline-tools.ts';

const records = 400;
const keys = 20;
/** These fail until they are mended; their keys are `k3`, `k10` and `k0`. */
const faulty: readonly number[] = [43, 130, 380];

/** A pipeline that keeps the order of its keys through failures, on this broker. */
export function pipelineOrderLaws(context: BrokerLawContext): void {
  const { broker, harness, group, subject } = context;
  const { makeTopics, start, publish, read } = pipelineLawTools(context);

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

    const { dlq, lane } = groupTopics(members);
    const deadById = async (): Promise<ReadonlyMap<string, InboundRecord>> =>
      new Map((await read(dlq)).map((one) => [readDeadLetter(one.headers)?.id ?? '', one]));
    const held = faulty.reduce((sum, number) => sum + Math.ceil((records - number) / keys), 0);
    let dead = 0;
    const seen = (): unknown => ({ applied: new Set(applied).size, dead, held });
    await eventually(async () => {
      dead = (await deadById()).size;
      return new Set(applied).size === records - held && dead === held;
    }, seen);
    expectOrder(applied);

    broken.clear();
    const producer = await broker().createProducer();
    const inOrder = [...(await deadById())].toSorted(([, one], [, other]) => placeOf(one) - placeOf(other));
    for (const [of, record] of inOrder) {
      const facts = { job: 'j', of, mode: 'redrive', count: 1, generation: null, edited: null, actor: 'law' };
      const { partition, key, value } = record;
      await producer.send({ topic: lane, partition, key, value, headers: laneHeaders(record, facts) });
    }
    await eventually(() => new Set(applied).size === records, seen);
    expectOrder(applied);
    await producer.close();
    for (const one of running) if (one !== first) await one.stop();
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
  });
}

const placeOf = ({ headers }: InboundRecord): number => readHeldPlace(headers)?.at ?? -1;

/** Each key's records in the order in which they were first applied. */
function expectOrder(applied: readonly number[]): void {
  for (const ofKey of Map.groupBy(new Set(applied), (number) => number % keys).values()) {
    expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
  }
}
