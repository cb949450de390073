import { expect } from '@jest/globals';
import { type CodedError, isCodedError } from '@millrace/messaging';
import { law } from './harness.ts';
import type { DeliveryFacts, SinkAnswer, SinkFault, SinkHarness, SinkUnderLaw } from './sink-under-law.ts';

interface LawTools<Delivery> {
  readonly using: (use: (harness: SinkHarness<Delivery>) => Promise<void>) => Promise<void>;
  readonly facts: (fields?: Partial<DeliveryFacts>) => DeliveryFacts;
  readonly skipFault: (fault: SinkFault) => string | false;
}

type Answer = SinkAnswer | CodedError;

const never = new AbortController().signal;
const outcomeOf = (answer: Answer): string => (isCodedError(answer) ? answer.disposition.kind : answer.outcome);

/** What a sink that takes many at once obeys beside: each of them stands for itself. */
export function sinkBatchLaws<Delivery>(
  { definition, supersedes }: SinkUnderLaw<Delivery>,
  { using, facts, skipFault }: LawTools<Delivery>,
): void {
  const { batch, inDoubt } = definition;
  const skip = batch === undefined ? 'declares no batch' : false;
  const batchOf = (harness: SinkHarness<Delivery>, all: readonly Partial<DeliveryFacts>[], signal = never) => {
    if (harness.sink.writeBatch === undefined) throw new TypeError('it declares `batch`, and has no writeBatch');
    return harness.sink.writeBatch(
      all.map((fields) => harness.delivery(facts(fields))),
      signal,
    );
  };
  /** As its caller does where one may be to blame for all. */
  const halving = async (
    harness: SinkHarness<Delivery>,
    all: readonly Partial<DeliveryFacts>[],
  ): Promise<readonly Answer[]> => {
    try {
      return await batchOf(harness, all);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      if (all.length === 1) return [error];
      expect(error).toMatchObject({ disposition: { kind: 'dead-letter' }, refusal: { scope: 'record' } });
      for (const { eventId = '' } of all) expect(await harness.effects(eventId)).toBe(0);
      const middle = Math.ceil(all.length / 2);
      return [...(await halving(harness, all.slice(0, middle))), ...(await halving(harness, all.slice(middle)))];
    }
  };
  const some = (count: number, of: (at: number) => Partial<DeliveryFacts> = () => ({})) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ key: `law:${at}`, eventId: `event-${at}`, content: `content ${at}` },
      ...of(at),
    }));

  law('has writeBatch where it declares a batch, and only there', () =>
    using(async ({ sink }) => {
      expect(sink.writeBatch !== undefined).toBe(batch !== undefined);
    }),
  );

  law(
    'has written each of a batch when it says so, and answers in their order',
    () =>
      using(async (harness) => {
        const all = some(7);
        const answers = await batchOf(harness, all);
        expect(answers.map(outcomeOf)).toEqual(all.map(() => 'delivered'));
        expect(await Promise.all(all.map(({ key }) => harness.readBack(key)))).toEqual(
          all.map(({ content }) => content),
        );
        for (const answer of answers) expect(answer).toMatchObject({ destination: expect.stringMatching(/./) });
        expect(new Set(answers.map((answer) => (isCodedError(answer) ? '' : answer.destination))).size).toBe(7);
      }),
    skip,
  );

  law(
    'answers each of a batch what it would be answered alone: what is older is superseded, and the others are written',
    () =>
      using(async (harness) => {
        await harness.sink.write(harness.delivery(facts({ key: 'law:1', eventId: 'newer', at: 9_000 })), never);
        const answers = await batchOf(harness, some(3));
        expect(answers.map(outcomeOf)).toEqual(['delivered', 'superseded', 'delivered']);
        expect(await harness.effects('event-1')).toBe(0);
      }),
    skip || (supersedes === true ? false : `declares supersedes: ${supersedes}`),
  );

  law(
    'writes all others of a batch of which one is refused, and says of that one why',
    () =>
      using(async (harness) => {
        await harness.refuseContent?.('refused');
        const all = some(9, (at) => (at === 5 ? { content: 'refused' } : {}));
        const answers = await halving(harness, all);
        expect(answers.map(outcomeOf)).toEqual(all.map((_, at) => (at === 5 ? 'dead-letter' : 'delivered')));
        expect(answers[5]).toMatchObject({ code: expect.stringMatching(/^X_/), refusal: { scope: 'record' } });
        for (const [at, { eventId }] of all.entries()) expect(await harness.effects(eventId)).toBe(at === 5 ? 0 : 1);
      }),
    skip,
  );

  law(
    'has one effect for each of a batch whose answer was lost, when it comes again among others',
    () =>
      using(async (harness) => {
        const all = some(4);
        // The process ends between the effect and the note of it: nobody learns the answers.
        await batchOf(harness, all);
        const answers = await batchOf(harness, [...some(6).slice(4), ...all]);
        expect(answers.map(outcomeOf)).not.toContain('dead-letter');
        for (const { eventId } of some(6)) expect(await harness.effects(eventId)).toBe(1);
      }),
    skip ||
      (inDoubt === 'transactional' || inDoubt === 'repeat'
        ? false
        : `declares inDoubt: ${inDoubt}, its caller asks first`),
  );

  law(
    'fails each of a batch alike where the destination is unavailable, and writes it when it is back',
    () =>
      using(async (harness) => {
        await harness.fail('unavailable');
        const answers = await batchOf(harness, some(3)).catch((error: unknown) => [error, error, error] as const);
        for (const answer of answers)
          expect(answer).toMatchObject({
            code: expect.stringMatching(/^X_/),
            disposition: { kind: 'retry' },
            unavailable: true,
          });
        await harness.heal();
        expect((await batchOf(harness, some(3))).map(outcomeOf)).toEqual(['delivered', 'delivered', 'delivered']);
      }),
    skip || skipFault('unavailable'),
  );

  law(
    'obeys the abort of a batch soon, and leaves each effect whole or absent',
    () =>
      using(async (harness) => {
        await harness.fail('hanging');
        const abort = new AbortController();
        const writing = batchOf(harness, some(3), abort.signal).then(
          () => 'written',
          (error: unknown) => (isCodedError(error) ? 'rejected' : error),
        );
        abort.abort();
        expect(await writing).toBe('rejected');
        await harness.heal();
        for (const { key, content } of some(3)) expect([null, content]).toContain(await harness.readBack(key));
      }),
    skip || skipFault('hanging'),
  );
}
