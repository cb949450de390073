import { describe, expect, it } from '@jest/globals';
import { topics } from '@millrace/contracts';
import fc from 'fast-check';
import { parseVerdict } from '../src/verdict.ts';
import { anAnswer, aTicket } from './builders.ts';

const task = { taxonomy: { labels: ['cards', 'cash'] }, threshold: 0.5 };

describe('parseVerdict', () => {
  it('lets an answer pass that fits the taxonomy and the threshold', () => {
    expect(parseVerdict(anAnswer(), task)).toEqual(anAnswer());
  });

  it.each([
    ['a label outside the taxonomy', { label: 'refund everything' }, 'not one of'],
    ['a confidence below the threshold', { confidence: 0.4 }, 'threshold'],
    ['no label', { label: null }, 'without a label'],
    ['no confidence', { confidence: Number.NaN }, 'no confidence'],
  ])('abstains, with the reason and without a text, from %s', (_what, over, reason) => {
    const verdict = parseVerdict(anAnswer({ text: 'Dear customer', ...over }), task);
    expect(verdict).toMatchObject({ decision: 'abstained', reason: expect.stringContaining(reason), text: null });
  });

  it('never repeats a label that is not ours', () => {
    expect(JSON.stringify(parseVerdict(anAnswer({ label: 'SECRET' }), task))).not.toContain('SECRET');
  });

  it('is total: whatever a model says becomes a record that the schema takes', () => {
    const text = fc.option(fc.string(), { nil: null });
    const answers = fc.record({
      label: text,
      decision: fc.constantFrom('accepted' as const, 'abstained' as const),
      confidence: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 2)),
      reason: text,
      text,
      contributions: fc.array(fc.record({ feature: fc.string(), weight: fc.double() })),
      model: fc.record({ name: fc.string(), version: fc.string(), hash: fc.string(), method: fc.string() }),
    });
    fc.assert(
      fc.property(answers, (answer) => {
        const verdict = parseVerdict(answer, task);
        expect(verdict.confidence).toBeGreaterThanOrEqual(0);
        expect(verdict.confidence).toBeLessThanOrEqual(1);
        if (verdict.decision === 'accepted') expect(task.taxonomy.labels).toContain(verdict.label);
        expect(topics.ticketsClassified.violations({ ...aTicket(), judgements: { category: verdict } })).toEqual([]);
      }),
    );
  });
});
