import { describe, expect, it } from '@jest/globals';
import { retryWaitsMs } from '@millrace/contracts';
import fc from 'fast-check';
import { type Disposition, deadLetter, halt, retry } from '../../src/disposition.ts';
import { type Tier, tiers } from '../../src/headers/retry.ts';
import type { Failure } from '../../src/runtime/failure.ts';
import { type FailedTry, placeFailure } from '../../src/runtime/placement.ts';
import { defaultPipelineSettings } from '../../src/runtime/settings.ts';

const failure = (disposition: Disposition, isUnforeseen = false): Failure => ({
  code: 'X_TEST',
  step: 'effect',
  disposition,
  unavailable: false,
  refusal: null,
  isUnforeseen,
  type: 'Error',
  message: '',
  stack: null,
});
const first = tiers[0];
const last = tiers.at(-1) ?? first;
const wait = (tier: Tier): number => retryWaitsMs[tier];
const into = (tier: Tier, attempt: number) => ({ kind: 'tier', tier, attempt, notBefore: 1_000 + wait(tier) });
const place = (tried: Partial<FailedTry>) =>
  placeFailure(
    {
      failure: failure(retry()),
      through: 'source',
      attempt: 0,
      tries: 4,
      holdsUp: false,
      onFailure: 'tiers',
      blockedMs: 0,
      failingMs: 0,
      ...tried,
    },
    defaultPipelineSettings,
    1_000,
    () => 0.5,
  );

describe('placeFailure', () => {
  it.each([
    ['first try failed', { tries: 1 }, { kind: 'again', afterMs: 100 }],
    ['second', { tries: 2 }, { kind: 'again', afterMs: 500 }],
    ['third', { tries: 3 }, { kind: 'again', afterMs: 2_500 }],
    ['last one in the process', {}, into(first, 1)],
    ['first try of one that holds up its partition', { tries: 1, holdsUp: true }, into(first, 1)],
    ['the same through the lane', { tries: 1, holdsUp: true, through: 'lane' }, { kind: 'again', afterMs: 100 }],
    ...tiers.map((tier, at) => [`after ${at} tiers`, { attempt: at }, into(tier, at + 1)] as const),
    ['after the last', { attempt: tiers.length }, { kind: 'dead-letter' }],
    ['through the lane', { through: 'lane' }, { kind: 'dead-letter' }],
    ['through the lane, first try', { through: 'lane', tries: 1 }, { kind: 'again', afterMs: 100 }],
    ['never', { failure: failure(deadLetter), tries: 1 }, { kind: 'dead-letter' }],
    ['no record', { failure: failure(halt), tries: 1 }, { kind: 'halt' }],
    ['unforeseen', { failure: failure(retry(), true), tries: 1 }, into(first, 1)],
    ['unforeseen after a tier', { failure: failure(retry(), true), tries: 1, attempt: 1 }, { kind: 'dead-letter' }],
    ['asked for 2 s', { failure: failure(retry(2_000)), tries: 1 }, { kind: 'again', afterMs: 2_000 }],
    ['asked for as long as the first waits', { failure: failure(retry(wait(first))), tries: 1 }, into(first, 1)],
    ['asked for longer than all but the last', { failure: failure(retry(wait(last))), tries: 1 }, into(last, 1)],
    [
      'asked for longer than the last',
      { failure: failure(retry(2 * wait(last))), attempt: tiers.length },
      into(last, tiers.length),
    ],
    [
      'asked for longer than the last, for almost a week',
      { failure: failure(retry(2 * wait(last))), attempt: tiers.length, failingMs: 7 * 86_400_000 - 1 },
      into(last, tiers.length),
    ],
    [
      'asked for longer than the last, for a week',
      { failure: failure(retry(2 * wait(last))), attempt: 0, failingMs: 7 * 86_400_000 },
      { kind: 'dead-letter' },
    ],
    ['in order: first try', { onFailure: 'block', tries: 1 }, { kind: 'again', afterMs: 100 }],
    ['in order: many tries', { onFailure: 'block', tries: 9, blockedMs: 30_000 }, { kind: 'again', afterMs: 2_500 }],
    ['in order: little left', { onFailure: 'block', tries: 9, blockedMs: 59_000 }, { kind: 'again', afterMs: 1_000 }],
    ['in order: nothing left', { onFailure: 'hold-key', tries: 9, blockedMs: 60_000 }, { kind: 'dead-letter' }],
    ['in order: stops its partition', { onFailure: 'hold-key', tries: 1, holdsUp: true }, { kind: 'dead-letter' }],
    [
      'in order: asked for more than is left',
      { onFailure: 'block', tries: 1, blockedMs: 50_000, failure: failure(retry(11_000)) },
      { kind: 'dead-letter' },
    ],
    ['in order: unforeseen', { onFailure: 'block', failure: failure(retry(), true) }, { kind: 'dead-letter' }],
    ['in order: through the lane', { onFailure: 'hold-key', through: 'lane' }, { kind: 'dead-letter' }],
  ] as const)('%s', (_, tried, placement) => {
    expect(place(tried as Partial<FailedTry>)).toEqual(placement);
  });

  it('never comes back before the destination asked, and ends after the last tier', () => {
    fc.assert(
      fc.property(
        fc.nat(wait(last)),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(tiers.length),
        (askedMs, tries, attempt) => {
          const placement = place({ failure: failure(retry(askedMs)), tries, attempt });
          if (placement.kind === 'again') expect(placement.afterMs).toBeGreaterThanOrEqual(askedMs);
          else if (placement.kind === 'tier') {
            expect(placement.notBefore - 1_000).toBeGreaterThanOrEqual(askedMs);
            expect(placement.attempt).toBe(attempt + 1);
          } else expect([placement.kind, attempt]).toEqual(['dead-letter', tiers.length]);
        },
      ),
    );
  });
});
