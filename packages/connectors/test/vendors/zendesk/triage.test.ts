import { describe, expect, it } from '@jest/globals';
import type { ZendeskTicket } from '../../../src/vendors/zendesk/client.ts';
import {
  newestMark,
  planChange,
  readMarks,
  type Triage,
  type TriageRules,
  toTriage,
  writeMark,
} from '../../../src/vendors/zendesk/triage.ts';
import { abstained, accepted, aDelivery } from '../../kit/sink/a-delivery.ts';

const rules: TriageRules = {
  tagTasks: ['category', 'sentiment'],
  priorityTask: 'priority',
  replyTask: 'reply',
  group: { task: 'category', ids: { cards: 42 } },
};
const held: ZendeskTicket = { status: 'open', tags: ['web'], priority: null, groupId: null, updatedAt: 'then' };
const nothing: Triage = { tags: {}, priority: null, groupId: null, note: null };

describe('what a ticket should say', () => {
  it('comes from the judgements that the model is sure of', () => {
    const delivery = aDelivery({
      judgements: {
        category: accepted('cards'),
        priority: accepted('urgent'),
        sentiment: abstained('angry'),
        reply: accepted('lost card', 'We send a new one.'),
      },
    });
    expect(toTriage(delivery, rules)).toEqual({
      tags: { category: 'category_cards' },
      priority: 'urgent',
      groupId: 42,
      note: 'Suggested reply (93 % sure):\n\nWe send a new one.',
    });
  });

  it('leaves alone what Zendesk has no word for', () => {
    const delivery = aDelivery({
      judgements: { category: accepted('Other / Misc'), priority: accepted('catastrophic') },
    });
    expect(toTriage(delivery, rules)).toEqual({ ...nothing, tags: { category: 'category_other_misc' } });
  });

  it('comes from the map where the route has one', () => {
    const delivery = aDelivery({ mapped: { tags: { team: 'team_a' }, priority: 'low' } });
    expect(toTriage(delivery, rules)).toEqual({ ...nothing, tags: { team: 'team_a' }, priority: 'low' });
  });

  it('holds what Zendesk takes of a stranger’s text: tags as it keeps them, a note within its limit', () => {
    const note = `\u001b[2J\0${'👨‍👩‍👧‍👦'.repeat(10_000)}`;
    const made = toTriage(aDelivery({ mapped: { tags: { team: 'Team A\0\u202e' }, note } }), rules);
    expect(made.tags).toEqual({ team: 'team_a_' });
    expect(Buffer.byteLength(made.note ?? '')).toBeLessThanOrEqual(65_535);
    expect(made.note).toMatch(/^\uFFFD\[2J\uFFFD(👨‍👩‍👧‍👦)+…$/u);
  });

  it.each([['text'], [{ priority: 'soon' }], [{ unknown: 1 }]])(
    'is no dead end for a map that made %p: it says so',
    (mapped) => {
      expect(() => toTriage(aDelivery({ mapped }), rules)).toThrow(
        expect.objectContaining({ code: 'X_SINK_MAP', disposition: { kind: 'dead-letter' }, applied: 'no' }),
      );
    },
  );
});

describe('the one update', () => {
  const delivery = aDelivery({ event: 'e', at: 5 });

  it('adds our tags, replaces our older ones and keeps those of others', () => {
    const ticket = { ...held, tags: ['web', 'category_loans', 'vip'] };
    const change = planChange(ticket, { ...nothing, tags: { category: 'category_cards' } }, delivery, null);
    expect(change?.tags).toEqual(['web', 'vip', 'category_cards', 'millrace']);
  });

  it('is none when the ticket says all of it already', () => {
    const triage: Triage = { tags: { category: 'category_cards' }, priority: 'high', groupId: 42, note: null };
    const ticket: ZendeskTicket = {
      status: 'open',
      tags: ['category_cards'],
      priority: 'high',
      groupId: 42,
      updatedAt: 'then',
    };
    expect(planChange(ticket, triage, delivery, null)).toBeNull();
    expect(planChange(held, nothing, delivery, null)).toBeNull();
  });

  it('does not write the same note twice', () => {
    const triage = { ...nothing, note: 'Hello' };
    const first = planChange(held, triage, delivery, null);
    expect(first?.note).toBe('Hello');
    const last = newestMark(readMarks([first?.metadata ?? {}]));
    expect(planChange(held, triage, aDelivery({ event: 'f', at: 6 }), last)).toBeNull();
  });

  it('carries a mark that is read back as it was, among what others wrote', () => {
    const mark = { event: 'e', sequence: 's', generation: 3, note: 'n' };
    expect(readMarks([{ time_spent: '4m' }, writeMark(mark), { millrace_event: 7 }])).toEqual([mark]);
  });
});
