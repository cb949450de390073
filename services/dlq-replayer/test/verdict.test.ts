import { describe, expect, it } from '@jest/globals';
import { deadLetterStatuses } from '@millrace/operator-api';
import { verdictOn } from '../src/redrive/job-store.ts';

const at = (status: (typeof deadLetterStatuses)[number] | null, owner: string | null = 'mine', answered = false) =>
  verdictOn({ status, owner, answered }, 'mine');

describe('verdictOn', () => {
  it('sends what this job has scheduled, and nothing that another has', () => {
    expect([at('SCHEDULED'), at('SCHEDULED', 'theirs'), at('REDRIVEN')]).toEqual([
      'send',
      'in-progress',
      'in-progress',
    ]);
  });

  it('sends what became unresolved by a rebuild of the index', () => {
    expect(at('UNRESOLVED', null)).toBe('send');
  });

  it('counts as sent what the group has answered already, whatever its status says', () => {
    for (const status of [...deadLetterStatuses, null]) expect(at(status, 'mine', true)).toBe('sent');
  });

  it('gives the reason for everything else', () => {
    const rest = [at('RESOLVED'), at('FAILED_AGAIN'), at('PARKED'), at('DISCARDED'), at(null)];
    expect(rest).toEqual(['resolved', 'failed-again', 'parked', 'discarded', 'expired']);
  });
});
