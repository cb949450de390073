import { describe, expect, it } from '@jest/globals';
import type { Applied } from '../src/applied.ts';
import { type AuditOptions, audit, type Evidence, pending } from '../src/audit.ts';
import type { DeadLetter } from '../src/outcomes.ts';
import type { Received } from '../src/simulators.ts';

const routes = [
  {
    route: 'tickets.archive',
    flow: 'tickets',
    entity: 'tickets',
    index: 0,
    group: 'sink-writers.tickets.archive',
    sink: 'postgres',
  },
  {
    route: 'tickets.urgent',
    flow: 'tickets',
    entity: 'tickets',
    index: 1,
    group: 'sink-writers.tickets.urgent',
    sink: 'slack',
  },
] as const;

/** Update `number` of a ticket, accepted under `c<number>`. */
const accepted = (...numbers: readonly number[]): AuditOptions['accepted'] =>
  new Map(numbers.map((number) => [`c${number}`, { door: 'zendesk' as const, key: 'zendesk:1', number }]));
const row = (number: number, over: Partial<Applied> = {}): Applied => ({
  route: 'tickets.archive',
  eventId: `e${number}`,
  correlationid: `c${number}`,
  key: 'zendesk:1',
  sequence: `00${number}`,
  ...over,
});
const slackRow = (number: number): Applied => row(number, { route: 'tickets.urgent' });
const message = (number: number, over: Partial<Received> = {}): Received => ({
  eventId: `e${number}`,
  place: 'support-urgent',
  sequence: null,
  ...over,
});

interface Found {
  readonly applied?: readonly Applied[];
  readonly slack?: readonly Received[];
  readonly outcomes?: Readonly<Record<string, string>>;
  readonly deadLetters?: readonly DeadLetter[];
}
const everywhere = (...numbers: readonly number[]): Found => ({
  applied: numbers.flatMap((number) => [row(number), slackRow(number)]),
  slack: numbers.map((number) => message(number)),
});
const optionsOf = (numbers: readonly number[], { outcomes = {}, deadLetters = [] }: Found): AuditOptions => ({
  accepted: accepted(...numbers),
  routes,
  outcomes: { outcomeOf: (route, id) => outcomes[`${route} ${id}`], deadLetters: () => deadLetters },
});
const evidenceOf = ({ applied = [], slack = [] }: Found): Evidence => ({
  applied,
  told: { zendesk: [], slack, http: [] },
});
const auditOf = (numbers: readonly number[], found: Found) => audit(evidenceOf(found), optionsOf(numbers, found));
const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('an audit', () => {
  it('finds nothing where everything accepted was delivered once and in order', () => {
    const found = auditOf([0, 1, 2], everywhere(0, 1, 2));
    expect(found).toMatchObject({ lost: 0, deadLetters: [], examples: [] });
    expect(sumOf(found.duplicates)).toBe(0);
    expect(sumOf(found.orderViolations)).toBe(0);
    expect(found.routes.map(({ delivered }) => delivered)).toEqual([3, 3]);
  });

  it('counts what was accepted and has no end as lost, on each route', () => {
    const found = auditOf([0, 1], everywhere(0));
    expect(found.lost).toBe(2);
    expect(found.examples).toContain('no end: tickets.archive c1');
  });

  it('takes a told outcome for an end, but not the word that it was delivered', () => {
    const outcomes = { 'tickets.archive c1': 'superseded', 'tickets.urgent c1': 'delivered' };
    const found = auditOf([0, 1], { ...everywhere(0), outcomes });
    expect(found.routes[0]).toMatchObject({ delivered: 1, superseded: 1, lost: 0 });
    expect(found.lost).toBe(1);
    expect(found.examples).toContain('no end: tickets.urgent c1 (delivered, without a row)');
  });

  it('counts a delivery that the vendor knows nothing of as lost', () => {
    const found = auditOf([0], { ...everywhere(0), slack: [] });
    expect(found.lost).toBe(1);
    expect(found.examples).toEqual(['delivered, and not there: tickets.urgent e0']);
  });

  it('tells a dead letter of one route from one of a stage before them all', () => {
    const dead = (group: string): DeadLetter => ({ id: group, group, code: 'X', message: 'why', correlationid: 'c0' });
    const ofRoute = auditOf([0], { deadLetters: [dead('sink-writers.tickets.urgent')] });
    expect(ofRoute.routes.map(({ deadLettered, lost }) => [deadLettered, lost])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    const ofStage = auditOf([0], { deadLetters: [dead('classifier.tickets'), dead('enricher.tickets')] });
    expect(ofStage.lost).toBe(0);
    expect(ofStage.deadLetters).toEqual([
      { group: 'classifier.tickets', code: 'X', message: 'why', count: 1 },
      { group: 'enricher.tickets', code: 'X', message: 'why', count: 1 },
    ]);
  });

  it('counts an event with two rows of one route, and one told twice in one channel, as doubled', () => {
    const { applied = [], slack = [] } = everywhere(0);
    const found = auditOf([0], { applied: [...applied, row(0)], slack: [...slack, message(0)] });
    expect(found.duplicates).toEqual({ deliveries: 1, zendesk: 0, slack: 1, http: 0 });
  });

  it('does not take one event in two channels for a double', () => {
    const { applied = [], slack = [] } = everywhere(0);
    const found = auditOf([0], { applied, slack: [...slack, message(0, { place: 'vip-desk' })] });
    expect(found.duplicates['slack']).toBe(0);
  });

  it('counts an update that was applied after a newer one of its key, in the table and at the vendor', () => {
    const found = auditOf([0, 1], {
      applied: [row(1), row(0), slackRow(0), slackRow(1)],
      slack: [message(1), message(0)],
    });
    expect(found.orderViolations).toEqual({ 'tickets.archive': 1, 'tickets.urgent': 0, zendesk: 0, slack: 1, http: 0 });
    expect(found.examples[0]).toBe('out of order at tickets.archive: zendesk:1 0 (000) after 1');
  });

  it('sees that the order of sending was lost where the sequence alone would not show it', () => {
    const applied = [row(1, { sequence: '001' }), row(0, { sequence: '002' })];
    expect(auditOf([0, 1], { applied }).orderViolations['tickets.archive']).toBe(1);
  });

  it('tells quiet by what has no end yet', () => {
    const found = everywhere(0);
    expect(pending(found.applied ?? [], optionsOf([0, 1], found))).toBe(2);
    expect(pending(found.applied ?? [], optionsOf([0], found))).toBe(0);
  });
});
