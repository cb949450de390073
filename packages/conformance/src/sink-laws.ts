import { describe, expect } from '@jest/globals';
import { isCodedError } from '@millrace/messaging';
import { law } from './harness.ts';
import { sinkBatchLaws } from './sink-batch-laws.ts';
import type { DeliveryFacts, SinkFault, SinkHarness, SinkUnderLaw } from './sink-under-law.ts';

const dispositions: Readonly<Record<Exclude<SinkFault, 'hanging'>, object>> = {
  unavailable: { disposition: { kind: 'retry' }, unavailable: true, refusal: null },
  'rate-limited': { disposition: { kind: 'retry', afterMs: expect.any(Number) }, refusal: { scope: 'everyone' } },
  'server-error': { disposition: { kind: 'retry' }, refusal: null },
  unauthorised: { disposition: { kind: 'halt' }, refusal: { scope: 'everyone' } },
  // The pipeline tells by the answer which refusals are equal.
  rejected: {
    disposition: { kind: 'dead-letter' },
    refusal: { scope: 'record', answer: expect.stringMatching(/^[\w ]{1,60}$/) },
  },
};

/** What every sink obeys, against a destination that behaves like the real one. */
export function sinkLaws<Delivery>(subject: SinkUnderLaw<Delivery>): void {
  const { definition, faults, supersedes } = subject;
  const { inDoubt, deletions } = definition;
  const never = new AbortController().signal;
  const using = async (use: (harness: SinkHarness<Delivery>) => Promise<void>): Promise<void> => {
    const harness = await subject.make();
    try {
      await use(harness);
    } finally {
      await harness.sink.close();
      await harness.dispose();
    }
  };
  const facts = (fields: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
    key: 'law:1',
    eventId: 'event-1',
    at: 1_000,
    generation: 0,
    content: 'first',
    ...fields,
  });
  const withoutSecrets = (harness: SinkHarness<Delivery>, text: string): void => {
    for (const secret of harness.secrets) expect(text).not.toContain(secret);
  };
  const skipFault = (fault: SinkFault): string | false => !faults.includes(fault) && `cannot show: ${fault}`;

  describe(`sink laws: ${definition.name}`, () => {
    law('has written when it says so, and says where without a secret', () =>
      using(async (harness) => {
        const result = await harness.sink.write(harness.delivery(facts()), never);
        expect(result.outcome).toBe('delivered');
        expect(await harness.readBack('law:1')).toBe('first');
        expect(result.destination).not.toBe('');
        withoutSecrets(harness, JSON.stringify(result));
      }),
    );

    law(
      'has one effect for one event, however often it is written',
      () =>
        using(async (harness) => {
          const delivery = harness.delivery(facts());
          await harness.sink.write(delivery, never);
          await harness.sink.write(delivery, never);
          expect(await harness.effects('event-1')).toBe(1);
          expect(await harness.readBack('law:1')).toBe('first');
        }),
      inDoubt === 'probe' || inDoubt === 'dead-letter' ? `declares inDoubt: ${inDoubt}, its caller asks first` : false,
    );

    law(
      'never lets an older event replace a newer one, and a newer generation always does',
      () =>
        using(async (harness) => {
          const write = async (fields: Partial<DeliveryFacts>): Promise<string> =>
            (await harness.sink.write(harness.delivery(facts(fields)), never)).outcome;
          expect(await write({ eventId: 'new', at: 2_000, content: 'new' })).toBe('delivered');
          expect(await write({ eventId: 'old', at: 1_000, content: 'old' })).toBe('superseded');
          expect(await harness.readBack('law:1')).toBe('new');
          expect(await write({ eventId: 'again', at: 2_000, generation: 1, content: 'again' })).toBe('delivered');
          expect(await harness.readBack('law:1')).toBe('again');
        }),
      supersedes === true ? false : `declares supersedes: ${supersedes}`,
    );

    law('keeps keys apart when they are written side by side', () =>
      using(async (harness) => {
        const keys = Array.from({ length: 8 }, (_, at) => `law:${at}`);
        await Promise.all(
          keys.map((key) =>
            harness.sink.write(harness.delivery(facts({ key, eventId: `event of ${key}`, content: key })), never),
          ),
        );
        expect(await Promise.all(keys.map((key) => harness.readBack(key)))).toEqual(keys);
      }),
    );

    law(
      'finds its own mark of exactly this event, and no other`s',
      () =>
        using(async (harness) => {
          const delivery = harness.delivery(facts());
          expect(await harness.sink.probe?.(delivery, never)).toBe(false);
          await harness.sink.write(delivery, never);
          expect(await harness.sink.probe?.(delivery, never)).toBe(true);
          expect(await harness.sink.probe?.(harness.delivery(facts({ eventId: 'another' })), never)).toBe(false);
        }),
      inDoubt === 'probe' ? false : `declares inDoubt: ${inDoubt}`,
    );

    law(
      'leaves no content of what is gone for good, however often it is told so, and what is older brings none back',
      () =>
        using(async (harness) => {
          const write = (fields: Partial<DeliveryFacts>) => harness.sink.write(harness.delivery(facts(fields)), never);
          const { destination } = await write({});
          const gone = { eventId: 'gone', at: 3_000, deletion: 'permanent', earlier: [destination] } as const;
          expect((await write(gone)).outcome).toBe('delivered');
          expect(await harness.readBack('law:1')).toBeNull();
          await write(gone);
          if (supersedes === true) expect((await write({ eventId: 'late', at: 2_000 })).outcome).toBe('superseded');
          expect(await harness.readBack('law:1')).toBeNull();
        }),
      deletions.permanent === 'erases' ? false : `declares deletions.permanent: ${deletions.permanent}`,
    );

    law(
      'takes that something is gone for good also where it never had it',
      () =>
        using(async (harness) => {
          const gone = facts({ eventId: 'gone', deletion: 'permanent', earlier: [] });
          expect(['delivered', 'filtered']).toContain(
            (await harness.sink.write(harness.delivery(gone), never)).outcome,
          );
          expect(await harness.readBack('law:1')).toBeNull();
        }),
      deletions.permanent === 'erases' ? false : `declares deletions.permanent: ${deletions.permanent}`,
    );

    law(
      'marks what is gone, keeps what it knew of it, and takes the mark off when it is restored',
      () =>
        using(async (harness) => {
          const write = async (fields: Partial<DeliveryFacts>): Promise<string> =>
            (await harness.sink.write(harness.delivery(facts(fields)), never)).outcome;
          await write({});
          expect(await write({ eventId: 'gone', at: 2_000, deletion: 'soft', content: '' })).toBe('delivered');
          expect(await harness.readDeletion?.('law:1')).toBe('soft');
          expect(await harness.readBack('law:1')).toBe('first');
          expect(await write({ eventId: 'restored', at: 3_000, content: 'restored' })).toBe('delivered');
          expect(await harness.readDeletion?.('law:1')).toBeNull();
          expect(await harness.readBack('law:1')).toBe('restored');
        }),
      deletions.soft === 'marks' ? false : `declares deletions.soft: ${deletions.soft}`,
    );

    for (const kind of ['soft', 'permanent'] as const)
      law(
        `tells its destination of a deletion that is ${kind}, and nothing else of it`,
        () =>
          using(async (harness) => {
            const gone = facts({ eventId: 'gone', at: 2_000, deletion: kind });
            expect((await harness.sink.write(harness.delivery(gone), never)).outcome).toBe('delivered');
            expect(await harness.readDeletion?.('law:1')).toBe(kind);
            expect(await harness.readBack('law:1')).toBeNull();
          }),
        deletions[kind] === 'tells' ? false : `declares deletions.${kind}: ${deletions[kind]}`,
      );

    for (const [fault, expected] of Object.entries(dispositions) as [Exclude<SinkFault, 'hanging'>, object][]) {
      law(
        `tells the pipeline what to do when the destination is ${fault}, and goes on when it is not`,
        () =>
          using(async (harness) => {
            await harness.fail(fault);
            const error = await harness.sink.write(harness.delivery(facts()), never).catch((thrown: unknown) => thrown);
            expect(isCodedError(error)).toBe(true);
            expect(error).toMatchObject({ code: expect.stringMatching(/^X_/), ...expected });
            withoutSecrets(harness, String(error));
            await harness.heal();
            if (fault === 'rejected' || fault === 'unauthorised') return;
            await harness.sink.write(harness.delivery(facts()), never);
            expect(await harness.readBack('law:1')).toBe('first');
          }),
        skipFault(fault),
      );
    }

    law(
      'obeys an abort soon, and leaves the effect whole or absent',
      () =>
        using(async (harness) => {
          await harness.fail('hanging');
          const abort = new AbortController();
          const writing = harness.sink.write(harness.delivery(facts()), abort.signal).then(
            () => 'written',
            () => 'rejected',
          );
          abort.abort();
          expect(await writing).toBe('rejected');
          await harness.heal();
          expect([null, 'first']).toContain(await harness.readBack('law:1'));
        }),
      skipFault('hanging'),
    );

    law('sends nothing in a dry run, and shows what would be sent without a secret', () =>
      using(async (harness) => {
        // Whoever asked it would be told so.
        if (faults.includes('unavailable')) await harness.fail('unavailable');
        const { sink, shown } = harness.rehearse();
        const result = await sink.write(harness.delivery(facts()), never);
        await sink.close();
        await harness.heal();
        expect(result.outcome).toBe('delivered');
        const requests = shown().filter(({ purpose }) => purpose === 'writes');
        expect(JSON.stringify(requests)).toContain('first');
        withoutSecrets(harness, JSON.stringify([result, shown()]));
        expect(await harness.readBack('law:1')).toBeNull();
        expect(await harness.effects('event-1')).toBe(0);
      }),
    );

    sinkBatchLaws(subject, { using, facts, skipFault });

    law('closes twice, also while it writes', () =>
      using(async (harness) => {
        const writing = harness.sink.write(harness.delivery(facts()), never).catch(() => undefined);
        await Promise.all([harness.sink.close(), harness.sink.close()]);
        await writing;
        await harness.sink.close();
      }),
    );
  });
}
