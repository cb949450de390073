import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Disposition, deadLetter, halt, retry } from '../../src/disposition.ts';
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
    ['last one in the process', {}, { kind: 'tier', tier: '1m', attempt: 1, notBefore: 61_000 }],
    [
      'first try of one that holds up its partition',
      { tries: 1, holdsUp: true },
      { kind: 'tier', tier: '1m', attempt: 1, notBefore: 61_000 },
    ],
    ['the same through the lane', { tries: 1, holdsUp: true, through: 'lane' }, { kind: 'again', afterMs: 100 }],
    ['after the first tier', { attempt: 1 }, { kind: 'tier', tier: '10m', attempt: 2, notBefore: 601_000 }],
    ['after the second', { attempt: 2 }, { kind: 'tier', tier: '1h', attempt: 3, notBefore: 3_601_000 }],
    ['after the third', { attempt: 3 }, { kind: 'dead-letter' }],
    ['through the lane', { through: 'lane' }, { kind: 'dead-letter' }],
    ['through the lane, first try', { through: 'lane', tries: 1 }, { kind: 'again', afterMs: 100 }],
    ['never', { failure: failure(deadLetter), tries: 1 }, { kind: 'dead-letter' }],
    ['no record', { failure: failure(halt), tries: 1 }, { kind: 'halt' }],
    [
      'unforeseen',
      { failure: failure(retry(), true), tries: 1 },
      { kind: 'tier', tier: '1m', attempt: 1, notBefore: 61_000 },
    ],
    ['unforeseen after a tier', { failure: failure(retry(), true), tries: 1, attempt: 1 }, { kind: 'dead-letter' }],
    ['asked for 2 s', { failure: failure(retry(2_000)), tries: 1 }, { kind: 'again', afterMs: 2_000 }],
    [
      'asked for 30 s',
      { failure: failure(retry(30_000)), tries: 1 },
      { kind: 'tier', tier: '1m', attempt: 1, notBefore: 61_000 },
    ],
    [
      'asked for 61 s',
      { failure: failure(retry(61_000)), tries: 1 },
      { kind: 'tier', tier: '10m', attempt: 1, notBefore: 601_000 },
    ],
    [
      'asked for 2 h',
      { failure: failure(retry(7_200_000)), attempt: 3 },
      { kind: 'tier', tier: '1h', attempt: 3, notBefore: 3_601_000 },
    ],
    [
      'asked for 2 h, for almost a week',
      { failure: failure(retry(7_200_000)), attempt: 3, failingMs: 7 * 86_400_000 - 1 },
      { kind: 'tier', tier: '1h', attempt: 3, notBefore: 3_601_000 },
    ],
    [
      'asked for 2 h, for a week',
      { failure: failure(retry(7_200_000)), attempt: 0, failingMs: 7 * 86_400_000 },
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

  it('never comes back before the destination asked, and ends after three tiers', () => {
    fc.assert(
      fc.property(fc.nat(3_600_000), fc.integer({ min: 1, max: 9 }), fc.nat(3), (askedMs, tries, attempt) => {
        const placement = place({ failure: failure(retry(askedMs)), tries, attempt });
        if (placement.kind === 'again') expect(placement.afterMs).toBeGreaterThanOrEqual(askedMs);
        else if (placement.kind === 'tier') {
          expect(placement.notBefore - 1_000).toBeGreaterThanOrEqual(askedMs);
          expect(placement.attempt).toBe(attempt + 1);
        } else expect([placement.kind, attempt]).toEqual(['dead-letter', 3]);
      }),
    );
  });
});
