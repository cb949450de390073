import { describe, expect, it } from '@jest/globals';
import { type NextStepOptions, nextStep } from '../src/next-step.ts';
import type { StoredTokens } from '../src/token-store.ts';

const tokens = { accessToken: 'a', refreshToken: 'r', scopes: [], details: {} };
const stored = (more: Partial<StoredTokens> = {}): StoredTokens => ({
  ...{ version: 4, state: 'authorised', reason: null, tokens, lifeMs: 100_000, ageMs: 10_000, followsRefusal: false },
  ...{ renewal: null, restMs: 0, failures: 0, failure: null },
  ...more,
});
const options: NextStepOptions = { kind: 'rotating', refusedVersion: null, jitter: 0 };
const next = (more: Partial<StoredTokens> = {}, rules: Partial<NextStepOptions> = {}) =>
  nextStep(stored(more), { ...options, ...rules });
const renew = { step: 'renew', followsRefusal: false };
const due = { ageMs: 85_000 };
const over = { ageMs: 100_000 };
const renewing = { renewal: { lease: 'l', isOver: false } };
const abandoned = { renewal: { lease: 'l', isOver: true } };
const ended = { state: 'needs-reauthorisation', reason: 'renewal-in-doubt' } as const;
const single = { tokens: { ...tokens, refreshToken: null } };
const refused = { refusedVersion: 4 };
const serve = (isDue: boolean) => ({ step: 'serve', isDue });
const fail = (why: string) => ({ step: 'fail', why });

describe('what a process does about a token', () => {
  it.each([
    ['that is fresh', {}, {}, serve(false)],
    ['of which nobody knows how long it is good', { lifeMs: null, ageMs: 1e12 }, {}, serve(false)],
    ['that is due', due, {}, renew],
    ['that is due for others, not yet for this one', { ageMs: 81_000 }, { jitter: 1 }, serve(false)],
    ['that is due, while another renews it', { ...due, ...renewing }, {}, serve(true)],
    ['that is due, while its endpoint rests', { ...due, restMs: 1 }, {}, serve(true)],
    ['that is due and the last', { ...due, ...single }, {}, serve(true)],
    ['that is due, with its grant over', { ...due, ...ended }, {}, serve(true)],
    ['that is due, with a renewal that died', { ...due, ...abandoned }, {}, { step: 'abandon' }],
    [
      'that is due, with a renewal that died and may be repeated',
      { ...due, ...abandoned },
      { kind: 'reusable' },
      renew,
    ],
    ['whose age a clock that was set back hides', { ageMs: -1 }, {}, renew],
    ['that is over', over, {}, renew],
    ['that is over, while another renews it', { ...over, ...renewing }, {}, { step: 'wait' }],
    ['that is over, while its endpoint rests', { ...over, restMs: 1 }, {}, fail('resting')],
    ['that is over and the last', { ...over, ...single }, {}, { step: 'exhaust' }],
    ['that is over and the last, of a client that asks alone', { ...over, ...single }, { kind: 'alone' }, renew],
    ['that is over, with its grant over', { ...over, ...ended }, {}, fail('needs-authorisation')],
    ['that was refused', {}, refused, { step: 'renew', followsRefusal: true }],
    ['that was refused, while another renews it', renewing, refused, { step: 'wait' }],
    ['that was refused as the one before', { followsRefusal: true }, refused, fail('unwanted')],
    [
      'that was refused long after the one before',
      { followsRefusal: true, ageMs: 60_000 },
      refused,
      { step: 'renew', followsRefusal: true },
    ],
    ['that was erased', { tokens: null, ...ended }, {}, fail('needs-authorisation')],
    ['that an operator reset', { tokens: null }, { kind: 'alone' }, renew],
  ] as const)('%s', (_, more, rules, expected) => {
    expect(next(more, rules)).toEqual(expected);
  });

  it('asks for the first one where it may, and waits for an operator where it may not', () => {
    expect(nextStep(null, { ...options, kind: 'alone' })).toEqual(renew);
    expect(nextStep(null, options)).toEqual(fail('needs-authorisation'));
  });
});
