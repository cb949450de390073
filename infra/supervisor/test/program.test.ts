import { describe, expect, it } from '@jest/globals';
import { waitsFor } from '../src/program.ts';

const halted = { ok: false, reason: 'halted: X_PIPELINE_HALTED', isHalted: true };
const joining = { ok: false, reason: 'joining its group' };
const answer = (checks: object, phase = 'ready'): string => JSON.stringify({ ready: false, phase, checks });

describe('a program that is not ready', () => {
  it('is not waited for when only halts that an operator lifts keep it from that', () => {
    const text = answer({ 'sink-writers.tickets.archive': halted, 'sink-writers.tickets.vip': { ok: true } });
    expect(waitsFor(text)).toEqual({
      missing: null,
      halted: 'sink-writers.tickets.archive (halted: X_PIPELINE_HALTED)',
    });
  });

  it('is waited for while anything comes by itself', () => {
    expect(waitsFor(answer({ a: halted, b: joining }))).toEqual({
      missing: 'a (halted: X_PIPELINE_HALTED), b (joining its group)',
      halted: null,
    });
    expect(waitsFor(answer({ a: halted }, 'starting'))).toMatchObject({ halted: null });
    for (const text of ['', 'null', '{}', answer({})])
      expect(waitsFor(text)).toEqual({ missing: 'it says that it is not ready', halted: null });
  });
});
